"""`make fuzz`: one target for so many seconds, guided by what code it reaches; a crash is kept as a case.

`python -m tests.fuzz markdown --seconds 600` runs one of the targets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["ingest", "coach.answer", "coach.guard"]):
    from tests.fuzz.targets import CASES, TARGETS, text_of

ROOT = Path(__file__).parents[2]
MAX_BYTES = 2048
PIECE_CHARS = 600
SEEDS_A_FILE = 6


def main() -> None:
    """Run a target until the time is up; libFuzzer prints its statistics and ends the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    chosen = parser.parse_args()
    target = TARGETS[chosen.target]
    found = CASES / chosen.target
    found.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="coach-fuzz-") as folder:
        for number, seed in enumerate(_seeds()):
            (Path(folder) / f"{number:05}").write_bytes(seed)
        options = (
            f"-max_total_time={chosen.seconds}",
            f"-max_len={MAX_BYTES}",
            f"-artifact_prefix={found}/",
            "-timeout=20",
            "-rss_limit_mb=4096",
            "-print_final_stats=1",
            "-verbosity=0",
        )
        atheris.Setup([sys.argv[0], *options, folder], lambda data: target(text_of(data)))
        atheris.Fuzz()


def _seeds() -> Iterator[bytes]:
    """Yield pieces of pages, and the poisoned ones of the red team."""
    for file in sorted((ROOT / "corpus").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        step = max(len(text) // SEEDS_A_FILE, 1)
        yield from (text[at : at + PIECE_CHARS].encode() for at in range(0, len(text), step))
    for file in sorted((ROOT / "evals" / "redteam" / "sets").glob("*-dev.jsonl")):
        yield from (line.encode() for line in file.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    main()
