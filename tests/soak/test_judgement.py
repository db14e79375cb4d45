"""What a soak finds wrong is found: each check is given something that it must not pass."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.soak.exchanges import Exchanges, ListeningTransport
from tests.soak.faults import Happened, fill
from tests.soak.ledger import Ledger, digest
from tests.soak.memory import Memory, Sample, Trend
from tests.soak.report import Report, write
from tests.soak.tenants import Door, Tenant
from tests.soak.verdicts import Verdict

OWN, FOREIGN = "marker0123456789abcdef", "markerfedcba9876543210"


class Parts(httpx.SyncByteStream):
    """A body that comes in these parts."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        yield from self._parts


def listen(*parts: bytes, status: int = 200) -> Exchanges:
    """Return what was noted of a reply."""
    exchanges = Exchanges()
    transport = ListeningTransport(exchanges, OWN)
    transport._inner = httpx.MockTransport(lambda _: httpx.Response(status, stream=Parts(*parts)))  # type: ignore[assignment]
    with httpx.Client(transport=transport) as client:
        client.get("http://coach.test/v1/answers")
    return exchanges


@pytest.mark.parametrize("cut", range(1, len(FOREIGN)))
def test_a_foreign_marker_is_seen_wherever_the_reply_is_cut(cut: int) -> None:
    """A marker that comes in two parts is as foreign as a whole one."""
    body = f'{{"text": "{FOREIGN}"}}'.encode()
    place = body.index(FOREIGN.encode()) + cut
    assert listen(body[:place], body[place:]).foreign


def test_ones_own_marker_is_no_leak() -> None:
    """What a tenant sent may come back to it."""
    exchanges = listen(OWN.encode(), b" and nothing else")
    assert (exchanges.foreign, exchanges.running, exchanges.statuses) == ([], 0, {200: 1})


def test_a_crash_is_seen() -> None:
    """A reply with status 500 is noted with its address."""
    assert listen(b"", status=500).crashed == ["GET http://coach.test/v1/answers"]


def test_a_request_without_end_is_seen() -> None:
    """A request counts as running until it has its whole reply."""
    exchanges = Exchanges()
    number = exchanges.begin("GET /slow")
    assert exchanges.longer_than(-1) == ["GET /slow"]
    exchanges.end(number, 200)
    assert exchanges.longer_than(-1) == []


class Vanished:
    """An API that has lost everything, or has something else under the same id."""

    def __init__(self, title: str | None) -> None:
        self._title = title

    def conversation(self, id_: str) -> object:
        from coach.api.personal import ConversationDetail, ConversationSummary
        from coach.errors import NotFoundError
        from coach.store.base import utc_now

        if self._title is None:
            raise NotFoundError(id_)
        summary = ConversationSummary(id=id_, created_at=utc_now(), title=self._title, turns=0)
        return ConversationDetail(conversation=summary, turns=())


@pytest.mark.parametrize(("title", "lost"), [("Caches", 0), ("Cachet", 1), (None, 1)])
def test_a_write_that_is_gone_or_changed_is_seen(title: str | None, lost: int) -> None:
    """What was acknowledged must be there, letter for letter."""
    door = Door(sdk=Vanished(title), http=httpx.Client())  # type: ignore[arg-type]
    tenant = Tenant("acme", OWN, (door,), (door,))
    ledger = Ledger()
    ledger.add("conversation", tenant, "c1", "Caches")
    assert ledger.check_all() == []
    assert (len(ledger.lost), ledger.read_back["conversation"]) == (lost, 1)
    assert ledger.entries[0].digest == digest("Caches")


def trend_of(start_mb: float, step_mb: float) -> Trend:
    """Return the trend of a process that takes so much more with each sample, a minute apart."""
    memory = Memory()
    memory.samples["api-1"] = [Sample(60.0 * n, 7, start_mb + step_mb * n) for n in range(40)]
    trend = memory.trend("api-1")
    assert trend
    return trend


def test_growing_memory_is_no_flat_one() -> None:
    """A process that gains a third is not flat; one that gains nothing is, and the slope is per hour."""
    assert trend_of(300, 0).is_flat
    growing = trend_of(300, 3)
    assert not growing.is_flat
    assert growing.slope_mb_per_hour == pytest.approx(180)


def test_a_short_life_tells_nothing() -> None:
    """A process that was started again and again has no trend."""
    memory = Memory()
    memory.samples["api-2"] = [Sample(float(n), n, 300) for n in range(40)]
    assert memory.trend("api-2") is None


def test_filling_a_disk_ends_when_it_is_full() -> None:
    """No room left is what was wanted; the device has never any."""
    fill(Path("/dev/full"))


def test_a_report_says_what_did_not_hold(tmp_path: Path) -> None:
    """Both forms are written; a promise that was broken stands out, with what speaks against it."""
    broken = Verdict(promise="nothing is lost", kept=False, figure="1 lost", evidence=("answer a1",))
    report = Report(
        seed=1,
        minutes=2.0,
        per_second=4.0,
        left_out=("clock jump: libfaketime is not installed",),
        verdicts=(broken,),
        done={"ask": 3},
        errors={"ask: DatabaseError": 1},
        statuses={200: 3, 503: 1},
        median_s=0.1,
        p99_s=1.0,
        faults=(Happened("Redis killed", 10.0, 15.0, 0.5, ("Redis",)),),
        trends={"api-1": trend_of(300, 1)},
        samples={"api-1": [Sample(5.0, 7, 300.0), Sample(65.0, 7, 301.0)]},
    )
    data, page = write(report, tmp_path)
    assert Report.model_validate_json(data.read_bytes()) == report
    assert not report.is_kept
    shown = page.read_text(encoding="utf-8")
    assert "| nothing is lost | **no** | 1 lost |" in shown
    assert "- nothing is lost: answer a1" in shown
    assert "| Redis killed | 10 s | 15 s | 0.5 s | Redis |" in shown
    assert "Left out: clock jump" in shown
