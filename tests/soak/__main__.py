"""`make soak`: the whole stack under mixed load, while parts of it are killed, stalled and starved.

Checks what must hold through all of it: no acknowledged write is lost, nobody sees a byte of another tenant,
no request gets stuck, nothing crashes, memory stays flat. Exits with 1 if something does not hold.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from coach.client import Client
from deploy.process import Process
from deploy.programs import find_programs
from deploy.stack import Stack, interrupt
from deploy.topology import ROOT, Topology, choose_ports
from evals.golden import load_golden
from tests.soak.exchanges import Exchanges
from tests.soak.faults import Faults, kinds_of, small_disk
from tests.soak.ledger import Ledger
from tests.soak.load import Load
from tests.soak.memory import Memory
from tests.soak.report import Report, as_markdown, write
from tests.soak.tenants import tenants
from tests.soak.verdicts import Seen, verdicts

TENANTS = 4
BUDGET_S = 60.0
"""Longest time for any request: a few waits for database and index in a row, 10 s each."""
DISK_MB = 3000
QUIET_S = 40.0
"""At the end without new faults, so that the load sees the last one mended."""
SAMPLE_EVERY_S = 5.0
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@dataclass(frozen=True)
class Plan:
    """What is wanted of a run."""

    minutes: float
    per_second: float
    seed: int
    out: Path
    data: Path
    handbook: Path
    faketime: Path
    qdrant: Path | None


def main() -> None:
    """Run a soak and write its report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--per-second", type=float, default=4.0, help="visits begun in a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(".coach/soak"), help="folder of the report")
    parser.add_argument("--data", type=Path, default=Path(".coach/soak/data"), help="folder of the stack")
    parser.add_argument("--handbook", type=Path, default=ROOT / "corpus")
    parser.add_argument("--faketime", type=Path, default=FAKETIME, help="library that makes clocks wrong")
    parser.add_argument("--qdrant", type=Path, help="the Qdrant server, if it is not on PATH")
    signal.signal(signal.SIGTERM, interrupt)
    report = soak(Plan(**vars(parser.parse_args())))
    sys.stdout.write(as_markdown(report) + "\n")
    sys.exit(0 if report.is_kept else 1)


def soak(plan: Plan) -> Report:
    """Return what came of a run, which is written into `plan.out` too."""
    with ExitStack() as opened:
        has_disk = opened.enter_context(small_disk(plan.data, DISK_MB))
        programs = find_programs(plan.qdrant)
        stack = opened.enter_context(
            Stack(Topology(plan.data, programs, choose_ports(0, 0)), [plan.handbook], print)
        )
        clock = _give_clock(stack, plan) if plan.faketime.exists() else None
        kinds = kinds_of(stack, plan.data / "ballast" if has_disk else None, clock)
        left_out = [
            *(["disk full: a small file system may not be mounted here"] if not has_disk else []),
            *(["clock jump: libfaketime is not installed"] if clock is None else []),
            *(["spreading of requests: caddy is not installed"] if programs.caddy is None else []),
        ]
        report = _run(stack, plan, Faults(stack, kinds, plan.seed), left_out)
    write(report, plan.out)
    return report


def _give_clock(stack: Stack, plan: Plan) -> Path:
    """Start the second process of the API with a clock that a file can make wrong; return the file."""
    clock = plan.data.absolute() / "clock"
    clock.write_text("+0\n")
    process = stack.processes["api-2"]
    process.stop()
    variables = {
        "LD_PRELOAD": str(plan.faketime.absolute()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",  # seconds; it is read at every look at the clock otherwise
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    changed = replace(process.part, environment={**process.part.environment, **variables})
    stack.processes["api-2"] = Process(changed)
    stack.processes["api-2"].start()
    stack.processes["api-2"].wait_until_ready()
    return clock


def _run(stack: Stack, plan: Plan, faults: Faults, left_out: Sequence[str]) -> Report:
    exchanges, ledger, memory = Exchanges(), Ledger(), Memory()
    addresses = tuple(dict.fromkeys((stack.topology.front_address, *stack.topology.api_addresses)))
    with Client(addresses[0]) as reader:
        handbook = reader.questions(limit=100).questions
    questions = [item.query for item in load_golden(ROOT / "evals" / "golden" / "handbook-dev.jsonl")]
    with tenants(addresses, exchanges, count=TENANTS, seed=plan.seed, timeout_s=BUDGET_S) as people:
        load = Load(people, questions, handbook, ledger, plan.per_second, plan.seed)
        began_at = time.monotonic()
        ends_at = began_at + plan.minutes * 60
        stuck: set[str] = set()
        with _beside(stack, faults, memory, began_at, ends_at):
            load.start()
            while time.monotonic() < ends_at:
                time.sleep(1)
                stuck |= set(exchanges.longer_than(BUDGET_S))
        alive = load.stop(BUDGET_S * 2)
        stuck |= set(exchanges.longer_than(BUDGET_S)) | ({f"{alive} threads"} if alive else set())
        minutes = (time.monotonic() - began_at) / 60
        seen = Seen(exchanges, ledger, load, faults, memory, BUDGET_S, sorted(stuck), ledger.check_all())
    return Report(
        seed=plan.seed,
        minutes=minutes,
        per_second=plan.per_second,
        left_out=tuple(left_out),
        verdicts=verdicts(seen),
        done=dict(load.done),
        errors=dict(load.errors),
        statuses=dict(exchanges.statuses),
        median_s=statistics.median(exchanges.took_s),
        p99_s=statistics.quantiles(exchanges.took_s, n=100)[98],
        faults=tuple(faults.happened),
        trends={name: trend for name in memory.samples if (trend := memory.trend(name))},
        samples=dict(memory.samples),
    )


@contextmanager
def _beside(stack: Stack, faults: Faults, memory: Memory, began_at: float, ends_at: float) -> Iterator[None]:
    """Let faults happen and memory be followed during a block; wait for both at its end."""
    until = Event()
    with ThreadPoolExecutor(2) as beside:
        running = [
            beside.submit(faults.run, began_at, until, ends_at - QUIET_S),
            beside.submit(memory.follow, stack.processes, began_at, until, SAMPLE_EVERY_S),
        ]
        try:
            yield
        finally:
            until.set()
        for one in running:
            one.result()  # a soak whose faults ended early is none


if __name__ == "__main__":
    main()
