"""``python -m evals.training.vet_steering corpus`` writes coach/guard/vetted.txt, and says what is new in it.

Whoever runs it vouches for our handbook: each sentence printed would be set aside, and is to be read first.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from coach.guard.steering import Steering, load_steering_model
from coach.guard.vetted import VETTED_FILE, digest_of, load_vetted, written
from ingest.contract import ParsedDocument
from ingest.headings import parse
from ingest.sources import read_sources

TARGET = Path(__file__).parents[2] / "coach" / "guard" / VETTED_FILE


def main() -> None:
    """Print the sentences that are new in the file, and write it."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.vet_steering", description=__doc__)
    parser.add_argument("own", type=Path, help="our handbook")
    chosen = parser.parse_args()
    pages = (parse(one) for one in read_sources([chosen.own]).documents)
    found = sorted({one for page in pages for one in set_aside(page)})
    fresh = [one for one in found if digest_of(one) not in load_vetted()]
    for one in fresh:
        print(one)
    TARGET.write_text(written(found), encoding="utf-8")
    print(f"{TARGET.name}: {len(found)} sentences, {len(fresh)} new ones, printed above")


def set_aside(page: ParsedDocument) -> Iterator[str]:
    """Yield the sentences, headings and labels of a page that would not be said if nobody had vetted them."""
    steering = Steering(load_steering_model())
    for section in page.sections:
        text = page.document.text[section.start : section.end]
        yield from (text[one.start : one.end] for one, steers in steering.told(text) if steers)
        titles = [section.heading, *(part.label for part in section.parts)]
        yield from (one for one, steers in zip(titles, steering.flags(titles), strict=True) if steers)


if __name__ == "__main__":
    main()
