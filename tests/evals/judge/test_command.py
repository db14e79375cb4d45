"""`coach eval judge`: what it prints, refuses and spends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.errors import SettingsError, UsageError
from coach.models.fake import Line, fails, says
from coach.settings import TokenPrice
from evals.commands import judge as command_module
from evals.commands.judge import judge as command
from evals.runs import save
from tests.support.judging import NO, PRICE, answered, by_word, judge_of, labelled, sees
from tests.support.openai_server import LITELLM_NOISE, openai_server, replies

pytestmark = LITELLM_NOISE


def run_command(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    line: Line,
    *options: str,
    price: TokenPrice | None = None,
) -> Result:
    """Return how the command ended, with a scripted model in the place of a provider's."""
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path / "data"))
    judge, _ = judge_of(tmp_path / "cache", always=line, price=price)
    monkeypatch.setattr(command_module, "_open_judge", lambda *_: judge)
    return CliRunner().invoke(command, options, catch_exceptions=False)


def test_the_command_measures_and_then_judges_with_or_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unmeasured, its run carries a warning; measured and good, it does not."""
    labels, run = tmp_path / "labels.jsonl", save(answered("Why?", ["right"]), tmp_path)
    items = [
        labelled(str(n), f"This {n} is {'right' if n % 2 else 'wrong'}.", faithful=bool(n % 2))
        for n in range(8)
    ]
    labels.write_text("\n".join(one.model_dump_json() for one in items), encoding="utf-8")
    before = run_command(monkeypatch, tmp_path, sees(by_word), "--run", str(run))
    assert "faithfulness 1.000 on 1 answers, 0 unscored" in before.stdout
    assert "was never measured" in before.stdout
    measured = run_command(monkeypatch, tmp_path, sees(by_word), "--labels", str(labels))
    assert "agreement 1.000, Cohen's kappa 1.000: good enough" in measured.stdout
    assert "8 calls to acme/judge-2026-01-01, 0 known already" in measured.stderr
    assert "took 8 calls" in measured.stderr
    after = run_command(monkeypatch, tmp_path, sees(by_word), "--run", str(run))
    assert "measured" not in after.stdout
    assert "0 calls to acme/judge-2026-01-01, 1 known already" in after.stderr


def test_the_command_spends_no_more_than_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reckoned before the first call."""
    run = save(answered("Why?", ["right"]), tmp_path)
    with pytest.raises(UsageError, match="judging may cost"):
        run_command(monkeypatch, tmp_path, fails(), "--run", str(run), "--max-usd", "0", price=PRICE)


def test_the_command_refuses_the_writers_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer stands in the run's stack."""
    run = save(answered("Why?", ["right"], writer="acme/writer"), tmp_path)
    with pytest.raises(UsageError, match="same family"):
        run_command(monkeypatch, tmp_path, fails(), "--run", str(run))
    assert run_command(monkeypatch, tmp_path, sees(by_word), "--run", str(run), "--force").exit_code == 0


def test_the_command_compares_two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, with what went with the place told apart."""
    runs = [save(answered("Why?", [name], run=name), tmp_path) for name in ("old", "new")]
    done = run_command(monkeypatch, tmp_path, says('{"better": "A"}'), "--compare", *map(str, runs))
    assert "1 ties, 1 of them because the verdict went with the place; 0 unscored" in done.stdout


def test_the_command_needs_a_judge_and_one_thing_to_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a judge's name it says how to give one."""
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("COACH_JUDGE_MODEL", raising=False)
    with pytest.raises(UsageError, match="one thing is judged at a time"):
        CliRunner().invoke(command, [], catch_exceptions=False)
    with pytest.raises(SettingsError, match="no judge is named"):
        CliRunner().invoke(command, ["--labels", "x.jsonl"], catch_exceptions=False)


def test_the_judge_is_asked_through_a_real_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The named model behind an OpenAI-compatible server is asked at temperature 0; its word counts."""
    run = save(answered("Why?", ["right", "wrong"]), tmp_path)
    with openai_server() as server:
        server.always = replies(NO)
        for name, value in {
            "DATA_DIR": str(tmp_path / "data"),
            "MODEL": "openai/any-2026-01-01",
            "MODEL_API_BASE": server.url,
            "MODEL_API_KEY": "secret",
        }.items():
            monkeypatch.setenv(f"COACH_{name}", value)
        options = ["--run", str(run), "--model", "openai/judge-2026-01-01"]
        done = CliRunner().invoke(command, options, catch_exceptions=False)
    assert "faithfulness 0.000 on 1 answers, 0 unscored" in done.stdout
    assert "took 2 calls, 2100 tokens, at an unknown price" in done.stderr
    assert {body["temperature"] for body in server.bodies} == {0.0}
    assert {body["model"] for body in server.bodies} == {"judge-2026-01-01"}
