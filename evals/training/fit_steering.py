"""``python -m evals.training.fit_steering corpus ...`` fits coach/guard/steering.npz and says what it brings.

Every figure is of sentences that the fit has not seen: documents of our handbook are dealt to four folds
whole, other handbooks whole, written sentences one by one, and each fold is scored by a fit on the other
three. What ships is fitted on all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from coach.guard.ngrams import BUCKETS, normalised, read_runs
from coach.guard.steering import WEIGHTS_FILE, SteeringModel, can_order, save_steering_model
from coach.guard.utterances import utterances
from ingest.store.port import Vector

FOLDER = Path(__file__).parent
TARGET = FOLDER.parents[1] / "coach" / "guard" / WEIGHTS_FILE
FOLDS = 4
# Chosen on held-out sentences.
STRENGTH = 30.0
# Of the pages' sentences a sample is learnt from, and those that sound most like orders.
SAMPLE = 30_000
NEAREST = 3_200
# Share of the sentences of a handbook that the fit has not seen which may be set aside.
SET_ASIDE = 0.01
SHARES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
# A handbook counts with at most so many sentences, so that none of them decides alone.
MOST_OF_A_HANDBOOK = 12_000
_BATCH = 2_000

Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Rows = Any  # scipy.sparse.csr_matrix, which states no types
Source = Literal["page", "written", "question"]


class Sentence(NamedTuple):
    """A sentence to learn from.

    Attributes:
        group: What is dealt to a fold whole: a document of ours, another handbook; of a written sentence and
            of a question, what kind it is.
    """

    text: str
    steers: bool
    source: Source
    group: str
    is_ours: bool = False


class Fit(NamedTuple):
    """What was fitted."""

    weights: Vector
    bias: float


@dataclass(frozen=True, slots=True)
class Data:
    """All sentences with what is learnt from."""

    sentences: tuple[Sentence, ...]
    rows: Rows
    steers: Marks
    folds: Places

    def of(self, source: Source) -> Marks:
        """Return which sentences are of a source."""
        return np.array([one.source == source for one in self.sentences])

    @property
    def is_ours(self) -> Marks:
        """Which sentences are of our handbook."""
        return np.array([one.is_ours for one in self.sentences])


def main() -> None:
    """Fit, print what is reached on what the fit has not seen, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.fit_steering", description=__doc__)
    parser.add_argument("own", type=Path, help="our handbook")
    parser.add_argument("others", type=Path, nargs="+", help="folders of other honest handbooks, one each")
    parser.add_argument("--show", action="store_true", help="print every sentence that is told wrong")
    chosen = parser.parse_args()
    others = [one for folder in chosen.others for one in _sample([*_pages(folder, is_ours=False)])]
    data = _data([*_written(), *_questions(), *_pages(chosen.own, is_ours=True), *others])
    scores = _held_out(data)
    threshold = _threshold(scores[data.of("page") & ~data.is_ours], SET_ASIDE)
    _tell(data, scores, threshold, show=chosen.show)
    fitted = _fit(data, np.arange(len(scores)))
    content = save_steering_model(SteeringModel("", fitted.weights, fitted.bias, threshold))
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content) // 1000} kB; now `make vet-steering`")


def _written() -> Iterator[Sentence]:
    for row in _rows("steering.jsonl"):
        yield Sentence(row["text"], row["label"] == "steering", "written", row["kind"])


def _questions() -> Iterator[Sentence]:
    """Yield what users ask: attempts to steer the coach, honest questions about them, and all others."""
    for name in ("intents.jsonl", "neighbours.jsonl"):
        for row in _rows(name):
            yield Sentence(row["query"], row["label"] == "instruction", "question", row["label"])


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line]


def _pages(folder: Path, *, is_ours: bool) -> Iterator[Sentence]:
    for file in sorted(one for one in folder.rglob("*") if one.suffix in (".md", ".txt")):
        text = file.read_text(encoding="utf-8", errors="replace")
        group = str(file if is_ours else folder)
        for one in utterances(text):
            yield Sentence(
                text[one.start : one.end], steers=False, source="page", group=group, is_ours=is_ours
            )


def _sample(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    random = np.random.default_rng(0)
    count = min(MOST_OF_A_HANDBOOK, len(sentences))
    for place in sorted(random.choice(len(sentences), count, replace=False)):
        yield sentences[place]


def _data(sentences: Iterable[Sentence]) -> Data:
    """Return sentences that can order, each once, dealt to folds: those of one group together."""
    texts = ((normalised(one.text), one) for one in reversed([*sentences]))
    once = {text: one for text, one in texts if one.source != "page" or can_order(text)}
    kept = tuple(reversed([*once.values()]))
    random = np.random.default_rng(0)
    groups = dict.fromkeys(one.group for one in kept if one.source == "page")
    dealt = {one: place % FOLDS for place, one in enumerate(groups)}
    folds = np.array([dealt.get(one.group, int(random.integers(FOLDS))) for one in kept])
    return Data(kept, _hashed([one.text for one in kept]), np.array([one.steers for one in kept]), folds)


def _hashed(texts: Sequence[str]) -> Rows:
    made = []
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        runs = read_runs(batch)
        shape = (len(batch), BUCKETS)
        made.append(sparse.csr_matrix((runs.weights, (runs.owners, runs.buckets)), shape=shape))
    return sparse.vstack(made).tocsr().astype(np.float32)


def _held_out(data: Data) -> Vector:
    """Return the scores of each fold by a fit on the others."""
    scores = np.zeros(len(data.folds), dtype=np.float32)
    for fold in range(FOLDS):
        unseen = np.flatnonzero(data.folds == fold)
        scores[unseen] = _scores(_fit(data, np.flatnonzero(data.folds != fold)), data.rows[unseen])
    return scores


def _fit(data: Data, seen: Places) -> Fit:
    """Return what is fitted twice: the second time on what the first fit was least sure of."""
    is_page = data.of("page")[seen]
    pages, told = seen[is_page], seen[~is_page]
    random = np.random.default_rng(0)
    chosen = np.concatenate([told, random.choice(pages, min(SAMPLE, len(pages)), replace=False)])
    for _ in range(2):
        model = LogisticRegression(C=STRENGTH, solver="liblinear").fit(data.rows[chosen], data.steers[chosen])
        made = Fit(model.coef_[0].astype(np.float32), float(model.intercept_[0]))
        nearest = pages[np.argsort(-_scores(made, data.rows[pages]))[:NEAREST]]
        chosen = np.unique(np.concatenate([chosen, nearest]))
    return made


def _scores(fit: Fit, rows: Rows) -> Vector:
    made: Vector = np.asarray(rows @ fit.weights, dtype=np.float32) + np.float32(fit.bias)
    return made


def _threshold(scores: Vector, share: float) -> float:
    """Return what a share of the scores lies above."""
    return float(np.nextafter(np.sort(scores)[::-1][int(share * len(scores))], np.float32(np.inf)))


def _tell(data: Data, scores: Vector, threshold: float, *, show: bool) -> None:
    """Print the rates, and with `show` what is told wrong."""
    steers, written = data.steers, data.of("written")
    told, others = scores >= threshold, data.of("page") & ~data.is_ours
    is_english = np.array([not one.group.startswith("language") for one in data.sentences])
    print(
        f"{len(told)} sentences, {FOLDS} folds; none of these figures is of a sentence that was learnt from"
    )
    for name, chosen in (
        ("our handbook, set aside", data.is_ours),
        ("other handbooks, set aside", others),
        *(
            (f"  {one}", data.of("page") & _in(data, one))
            for one in sorted({s.group for s in data.sentences if s.source == "page" and not s.is_ours})
        ),
        ("written honest ones, set aside", written & ~steers),
        ("written steering ones, told", written & steers),
        ("  in English", written & steers & is_english),
        ("  in other languages", written & steers & ~is_english),
        ("users' attempts to steer, told", data.of("question") & steers),
    ):
        print(f"  {name[-40:]:<42}{told[chosen].sum():>6} of {chosen.sum():<6} {told[chosen].mean():.2%}")
    for share in SHARES:
        limit = _threshold(scores[others], share)
        print(f"  at {share:.2%} of other handbooks: {(scores[written & steers] >= limit).mean():.1%} told")
    if show:
        _show(data, scores, {"set aside": told & ~steers, "missed": written & steers & ~told})


def _in(data: Data, group: str) -> Marks:
    return np.array([one.group == group for one in data.sentences])


def _show(data: Data, scores: Vector, chosen: Mapping[str, Marks]) -> None:
    for name, marks in chosen.items():
        for place in np.flatnonzero(marks):
            one = data.sentences[place]
            print(f"{name}  {scores[place]:.2f}  {Path(one.group).name}: {one.text!r}")


if __name__ == "__main__":
    main()
