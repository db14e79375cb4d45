"""What each switch does to a stack."""

from __future__ import annotations

from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.cli.switches import NAMES
from coach.errors import UsageError
from coach.models.assemble import Models, assemble
from coach.models.fake import FakeModel
from coach.operate.mitigation import NO_MITIGATION, RULES, Mitigation, SwitchName, check_value
from coach.settings import Settings

CHAIN = ("a/1", "b/2", "c/3")
GOOD = {
    "model": ["openai/gpt-4.1-mini-2025-04-14", "local/x"],
    "fallback": ["off", "1", "9"],
    "passages": ["1", "9", "10", "20"],
    "rerank": ["off"],
    "quotes_only": ["on"],
    "tenant": ["off"],
}


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def models(*names: str) -> Models:
    """Return models that answer nothing."""
    return assemble([FakeModel(name=name) for name in names], settings())


def test_every_switch_has_a_rule_and_a_command() -> None:
    """No switch is known in one place and unknown in another."""
    assert set(get_args(SwitchName)) == RULES.keys() == set(NAMES) == GOOD.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in GOOD for value in GOOD[name]])
def test_a_switch_takes_its_values(name: str, value: str) -> None:
    """What the rule tells people is taken."""
    check_value(cast("SwitchName", name), value)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", ["", "yes", "0", "21", "off\n", "١", "-1", "a/b c", "x" * 200])
def test_a_switch_takes_nothing_else(name: str, value: str) -> None:
    """Another value is refused with the ones that would do."""
    with pytest.raises(UsageError) as refused:
        check_value(cast("SwitchName", name), value)
    assert RULES[cast("SwitchName", name)].told in refused.value.hint


@pytest.mark.parametrize(
    ("switches", "asked"),
    [
        ({}, CHAIN),
        ({"model": "b/2"}, ("b/2", "a/1", "c/3")),
        ({"model": "z/9"}, ("z/9", "a/1", "b/2", "c/3")),
        ({"fallback": "off"}, ("a/1",)),
        ({"fallback": "1"}, ("b/2", "c/3")),
        ({"fallback": "3"}, ()),
        ({"model": "c/3", "fallback": "off"}, ("c/3",)),
        ({"model": "b/2", "fallback": "1"}, ("b/2", "c/3")),
        ({"model": "z/9", "fallback": "2"}, ("z/9", "c/3")),
        ({"model": "a/1", "fallback": "3"}, ("a/1",)),
        ({"quotes_only": "on", "model": "b/2"}, ()),
    ],
)
def test_the_chain_that_is_asked(switches: dict[SwitchName, str], asked: tuple[str, ...]) -> None:
    """The fallback is cut off or begun further down; a pinned model comes before what is left, or quotes."""
    mitigation = Mitigation.of(switches.items())
    assert mitigation.chain(CHAIN) == asked
    limited = mitigation.models(models(*CHAIN), settings())
    assert (limited.writer.names if limited else ()) == asked


def test_a_service_without_models_gets_none_by_a_switch() -> None:
    """Pinning a model must not send questions to a provider that nobody set up."""
    assert Mitigation(model="openai/x").models(None, settings()) is None


def test_the_models_of_the_chain_stay_the_same_ones() -> None:
    """A switch keeps what was learnt of the providers: the very same models and breakers are asked."""
    before = models(*CHAIN)
    after = Mitigation(model="c/3").models(before, settings())
    assert after is not None
    assert set(after.writer.models) == set(before.writer.models)
    assert after.writer._breakers is before.writer._breakers


@given(st.integers(1, 20), st.integers(1, 20), st.booleans())
def test_a_switch_never_gives_more(chosen: int, switched: int, rerank: bool) -> None:
    """Fewer sections than the stack says, never more; a reranker that is off stays off."""
    limited = Mitigation(passages=switched).limited(settings(passages=chosen, rerank=rerank))
    assert limited.passages == min(chosen, switched)
    assert limited.rerank == rerank
    assert not Mitigation(rerank=False).limited(settings(rerank=rerank)).rerank


def test_what_is_switched_is_told_word_by_word() -> None:
    """Each switch is named; none names nothing, and that of a tenant concerns no answer."""
    switches: dict[SwitchName, str] = {name: GOOD[name][0] for name in RULES}
    assert Mitigation.of(switches.items()).told == (
        "switch: model=openai/gpt-4.1-mini-2025-04-14",
        "switch: fallback=off",
        "switch: passages=1",
        "switch: rerank=off",
        "switch: quotes_only=on",
    )
    assert NO_MITIGATION.told == ()
