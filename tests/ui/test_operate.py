"""The page for operators, on an API that answers from memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.samples import STACK, FakeApi
from tests.ui.test_views import page, texts

ROOT = "/v1/operate"
AT = "2026-11-21T12:00:00Z"
VERSION = {
    "build": "b1",
    "created_at": AT,
    "corpus_hash": "cc",
    "documents": 20,
    "questions": 300,
    "chunks": 2700,
}
SWITCH = {
    "name": "passages",
    "tenant": "",
    "value": "2",
    "reason": "slow *provider*",
    "set_by": "k1",
    "set_at": AT,
    "ends_at": None,
}
RULES = [
    {"name": "passages", "takes": "1 to 20", "effect": "Fewer sections."},
    {"name": "model", "takes": "provider/name", "effect": "This model first."},
    {"name": "tenant", "takes": "off", "effect": "Refused."},
]
KEY = {
    "id": "0123456789ab",
    "tenant": "acme",
    "person": "ana",
    "scopes": ["ask"],
    "note": "trial",
    "created_at": AT,
    "revoked_at": None,
    "use": [{"name": "requests_per_month", "limit": 10.0, "remaining": 7.0, "reset_s": 5.0}],
}
OTHER = STACK | {"hash": "beef"}


def dependency(name: str, state: str = "ok", detail: str = "fine", effect: str = "") -> dict[str, str]:
    return {"name": name, "state": state, "detail": detail, "effect": effect}


@pytest.fixture
def operator(fake: FakeApi) -> FakeApi:
    """An API whose key is an operator's; all is well and nothing is switched."""
    fake.give("/readyz", {"ready": True, "checks": {"index": "ok"}})
    fake.give(f"{ROOT}/dependencies", {"state": "ok", "dependencies": [dependency("database")]})
    fake.give(f"{ROOT}/switches", {"switches": [], "rules": RULES})
    saved = [{"stack": OTHER, "in_force": False}]
    fake.give(f"{ROOT}/stacks", {"serving": STACK, "chosen": "settings", "before": "beef", "saved": saved})
    state = {"collection": "handbook", "served": VERSION, "live": VERSION, "is_current": True}
    fake.give(f"{ROOT}/index", state | {"changed": [], "unseen": 0})
    fake.give(f"{ROOT}/keys", {"keys": [KEY]})
    fake.give(f"{ROOT}/audit/entries", {"entries": []})
    return fake


def sent(fake: FakeApi, method: str, path: str) -> list[dict[str, Any]]:
    """Return the bodies of what was sent."""
    return [
        json.loads(one.content or b"{}")
        for one in fake.requests
        if (one.method, one.url.path) == (method, ROOT + path)
    ]


def shown(app: AppTest) -> str:
    """Return all text of the page; a page that broke has none."""
    assert not app.exception
    return texts(app)


@pytest.mark.parametrize("status", [401, 403])
def test_whoever_is_no_operator_reads_one_sentence(fake: FakeApi, status: int) -> None:
    """No error, no form, nothing of the service."""
    fake.give("/readyz", {"ready": True, "checks": {"index": "ok"}})
    fake.give(f"{ROOT}/dependencies", {"title": "no", "status": status}, status=status)
    app = page("operate").run()
    assert "scope “admin”" in app.info[0].value
    assert (len(app.error), len(app.button), len(app.header)) == (0, 0, 0)
    assert not app.exception


def test_what_is_not_well_is_named_with_its_effect(operator: FakeApi) -> None:
    """What is down is an error, what is degraded a warning; what an outage says is never markup."""
    several = [dependency("database"), dependency("index", "down", "*no* answer", "Questions are refused.")]
    several.append(dependency("reranker", "degraded", "off", "Another order."))
    operator.give(f"{ROOT}/dependencies", {"state": "down", "dependencies": several})
    app = page("operate").run()
    shown(app)
    assert "\\*no\\* answer" in app.error[0].value
    assert "Another order" in app.warning[0].value
    assert not app.success


def test_a_switch_is_set_after_it_was_confirmed(operator: FakeApi) -> None:
    """A reason is wanted first; what is sent is what was chosen, and the page says that it is set."""
    operator.give(f"{ROOT}/switches", SWITCH, method="POST")
    app = page("operate").run()
    app.selectbox(key="switch_name").set_value("passages").run()
    app.number_input(key="switch_passages").set_value(3).run()
    app.text_input(key="switch_reason").set_value("slow").run()
    app.button(key="set_switch").click().run()
    terms = {"name": "passages", "value": "3", "reason": "slow", "tenant": "", "minutes": 60}
    assert sent(operator, "POST", "/switches") == [terms]
    assert "is set" in app.success[0].value


def test_a_switch_that_the_api_refuses_says_why(operator: FakeApi) -> None:
    """The rest of the page stays."""
    problem = {
        "title": "Not valid",
        "status": 422,
        "detail": "switch 'model' does not take 'x'",
        "hint": "Y.",
    }
    operator.give(f"{ROOT}/switches", problem, status=422, method="POST")
    app = page("operate").run()
    app.selectbox(key="switch_name").set_value("model").run()
    app.text_input(key="switch_value_model").set_value("x").run()
    app.text_input(key="switch_reason").set_value("slow").run()
    app.button(key="set_switch").click().run()
    assert "does not take" in app.error[0].value
    assert "Keys" in [one.value for one in app.header]


def test_a_switch_that_is_set_can_be_cleared(operator: FakeApi) -> None:
    """It stands there with who set it and why; clearing it is in the log with where that was done."""
    operator.give(f"{ROOT}/switches", {"switches": [SWITCH], "rules": RULES})
    operator.give(f"{ROOT}/switches/passages", SWITCH, method="DELETE")
    app = page("operate").run()
    assert "slow \\*provider\\*" in shown(app)
    app.button(key="clear passages ").click().run()
    [gone] = [one for one in operator.requests if one.method == "DELETE"]
    assert gone.url.params["reason"] == "cleared on the page"
    assert "is cleared" in app.success[0].value


def test_stacks_are_switched_and_gone_back_from(operator: FakeApi) -> None:
    """Both ask once more; a rollback says what it leaves."""
    for path in ("use", "rollback"):
        operator.give(f"{ROOT}/stacks/{path}", operator_stacks(), method="POST")
    app = page("operate").run()
    app.selectbox(key="stack_name").set_value("beef").run()
    app.button(key="use_stack").click().run()
    app.button(key="roll_back").click().run()
    assert sent(operator, "POST", "/stacks/use") == [{"name": "beef"}]
    assert sent(operator, "POST", "/stacks/rollback") == [{"chosen": "settings"}]


def operator_stacks() -> dict[str, object]:
    return {"serving": OTHER, "chosen": "beef", "before": "settings", "saved": []}


def test_a_stale_index_says_so_and_can_be_followed(operator: FakeApi) -> None:
    """The newer build stands beside the one that answers; changed documents are named."""
    newer = VERSION | {"build": "b2"}
    state = {"collection": "handbook", "served": VERSION, "live": newer, "is_current": False}
    operator.give(f"{ROOT}/index", state | {"changed": ["a_b.md"], "unseen": 0})
    operator.give(f"{ROOT}/index/reopen", state | {"changed": [], "unseen": 0}, method="POST")
    app = page("operate").run()
    assert "b2" in shown(app)
    assert "a\\_b\\.md" in texts(app)
    app.button(key="reopen_index").click().run()
    assert sent(operator, "POST", "/index/reopen") == [{}]


def test_an_earlier_build_can_be_served_again(operator: FakeApi) -> None:
    """The builds that are kept can be chosen; one that was never finished cannot."""
    state = {"collection": "handbook", "served": VERSION, "live": VERSION, "is_current": True}
    builds = [
        {"build": "b1", "status": "live", "version": VERSION},
        {"build": "b0", "status": "earlier", "version": VERSION | {"build": "b0"}},
        {"build": "b9", "status": "unfinished", "version": None},
    ]
    operator.give(f"{ROOT}/index", state | {"changed": [], "unseen": 0, "builds": builds})
    operator.give(f"{ROOT}/index/promote", state | {"changed": [], "unseen": 0}, method="POST")
    app = page("operate").run()
    assert app.selectbox(key="build_name").options == ["b0, earlier"]
    app.button(key="promote_index").click().run()
    assert sent(operator, "POST", "/index/promote") == [{"build": "b0"}]


def test_a_new_keys_secret_is_shown_until_it_is_put_away(operator: FakeApi) -> None:
    """It is on the page once, and gone for good afterwards; use of keys is told."""
    operator.give(f"{ROOT}/keys", {"key": KEY, "secret": "ick_secret"}, 201, method="POST")
    app = page("operate").run()
    assert "3 of 10 requests per month" in shown(app)
    app.text_input(key="key_tenant").set_value("acme").run()
    app.button(key="make_key").click().run()
    assert [one.value for one in app.code] == ["ick_secret"]
    [wanted] = sent(operator, "POST", "/keys")
    assert (wanted["tenant"], wanted["scopes"]) == ("acme", ["ask"])
    assert wanted["limits"] == {"requests_per_minute": 60}
    app.button(key="secret_noted").click().run()
    assert not app.code


def test_a_key_is_revoked_after_it_was_confirmed(operator: FakeApi) -> None:
    """The one that was chosen, and no other."""
    operator.give(f"{ROOT}/keys/{KEY['id']}", KEY, method="DELETE")
    app = page("operate").run()
    app.button(key="revoke_key").click().run()
    assert "is revoked" in app.success[0].value


@pytest.mark.parametrize(("holds", "told"), [(True, "as it was written"), (False, "broken")])
def test_changes_are_listed_and_the_log_is_verified(operator: FakeApi, holds: bool, told: str) -> None:
    """Who did what, from what to what and why; verifying says whether that can be believed."""
    details = {"from": None, "to": "2", "reason": "slow"}
    entry = {"sequence": 1, "at": AT, "actor": "k1", "action": "switch.set", "subject": "switch:passages"}
    operator.give(f"{ROOT}/audit/entries", {"entries": [entry | {"details": details}]})
    operator.give(f"{ROOT}/audit/verify", {"holds": holds, "chains": []})
    app = page("operate").run()
    assert "– → 2" in shown(app)
    app.button(key="verify_log").click().run()
    assert told in texts(app)
