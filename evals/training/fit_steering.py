"""``python -m evals.training.fit_steering corpus ...`` fits what tells sentences that speak to an AI.

It fits the first look, a linear model, and from where on both looks together set a sentence aside
(coach/guard/steering.npz); with ``--base`` it also trains the second look anew (coach/guard/steering.onnx),
on all folds but one. It says what they bring.

Every figure is of sentences that the fit has not seen: documents of our handbook are dealt to four folds
whole, other handbooks whole, what one author has written whole, sentences without an author one by one, and
each fold is scored by a fit on the other three. The first look that ships is fitted on all.
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
from coach.guard.steering_network import SteeringNetwork, pieces
from coach.guard.utterances import utterances
from ingest.store.values import Vector

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
# Share of them that gets a second look.
LOOKED_AT = 0.05
# The second look has not seen this fold.
UNREAD = 0
# A sentence that was written for this counts so much more to the second look than one of a page.
TOLD_WEIGHT = 1.5
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
        author: Who wrote it, by number, if that was noted.
    """

    text: str
    steers: bool
    source: Source
    group: str
    is_ours: bool = False
    author: int | None = None


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

    @property
    def is_english(self) -> Marks:
        """Which sentences were not written in another language."""
        return np.array([not one.group.startswith("language") for one in self.sentences])

    @property
    def has_author(self) -> Marks:
        """Of which sentences it was noted who wrote them."""
        return np.array([one.author is not None for one in self.sentences])


def main() -> None:
    """Fit, print what is reached on what the fit has not seen, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.fit_steering", description=__doc__)
    parser.add_argument("own", type=Path, help="our handbook")
    parser.add_argument("others", type=Path, nargs="+", help="folders of other honest handbooks, one each")
    parser.add_argument("--base", type=Path, help="model.onnx of all-MiniLM-L6-v2 in 32 bits, to train from")
    parser.add_argument("--show", action="store_true", help="print every sentence that is told wrong")
    chosen = parser.parse_args()
    others = [one for folder in chosen.others for one in _sample([*_pages(folder, is_ours=False)])]
    data = _data([*_written(), *_questions(), *_pages(chosen.own, is_ours=True), *others])
    first = _held_out(data)
    elsewhere = data.of("page") & ~data.is_ours
    look = _threshold(first[elsewhere], LOOKED_AT)
    if chosen.base:
        _train(data, first, chosen.base)
    both = _both(data, first, look)
    threshold = _threshold(both[elsewhere & (data.folds == UNREAD)], SET_ASIDE)
    _tell(data, both, threshold, show=chosen.show)
    _tell_first(data, first)
    fitted = _fit(data, np.arange(len(first)))
    content = save_steering_model(SteeringModel("", fitted.weights, fitted.bias, look, threshold))
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content) // 1000} kB; now `make vet-steering`")


def _written() -> Iterator[Sentence]:
    for row in _rows("steering.jsonl"):
        source: Source = "question" if row.get("where") == "question" else "written"
        yield Sentence(row["text"], row["label"] == "steering", source, row["kind"], author=row.get("author"))


def _questions() -> Iterator[Sentence]:
    """Yield what users ask: attempts to steer the coach, honest questions about them, and all others."""
    for name in ("intents.jsonl", "neighbours.jsonl"):
        for row in _rows(name):
            yield Sentence(row["query"], row["label"] == "instruction", "question", row["label"])


def _rows(name: str) -> list[dict[str, Any]]:
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
    drawn = random.integers(FOLDS, size=len(kept))
    folds = np.array([_fold(one, dealt, int(fold)) for one, fold in zip(kept, drawn, strict=True)])
    return Data(kept, _hashed([one.text for one in kept]), np.array([one.steers for one in kept]), folds)


def _fold(one: Sentence, dealt: Mapping[str, int], drawn: int) -> int:
    if one.source == "page":
        return dealt[one.group]
    return drawn if one.author is None else one.author % FOLDS


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


def _train(data: Data, first: Vector, base: Path) -> None:
    """Write the second look, learnt from all folds but one."""
    from evals.training.train_steering import Lesson, train

    def lessons(places: Places, weight: float) -> list[Lesson]:
        return [Lesson(pieces(data.sentences[at].text), bool(data.steers[at]), weight) for at in places]

    seen, is_page = data.folds != UNREAD, data.of("page")
    pages = np.flatnonzero(seen & is_page)
    nearest_first = pages[np.argsort(-first[pages], kind="stable")]
    told = lessons(np.flatnonzero(seen & ~is_page), TOLD_WEIGHT)
    train(told, lessons(nearest_first, 1.0), base, TARGET.with_suffix(".onnx"))


def _both(data: Data, first: Vector, look: float) -> Vector:
    """Return what both looks say of the unread fold; of what gets no second look, less than anything."""
    network = SteeringNetwork()
    made = np.full(len(first), -np.inf, dtype=np.float32)
    for at in np.flatnonzero((data.folds == UNREAD) & (first >= look)):
        made[at] = first[at] + network.score(data.sentences[at].text)
    return made


def _scores(fit: Fit, rows: Rows) -> Vector:
    made: Vector = np.asarray(rows @ fit.weights, dtype=np.float32) + np.float32(fit.bias)
    return made


def _threshold(scores: Vector, share: float) -> float:
    """Return what a share of the scores lies above."""
    return float(np.nextafter(np.sort(scores)[::-1][int(share * len(scores))], np.float32(np.inf)))


def _tell(data: Data, scores: Vector, threshold: float, *, show: bool) -> None:
    """Print the rates, and with `show` what is told wrong."""
    unread = data.folds == UNREAD
    steers, written = data.steers, data.of("written") & unread
    told, others = scores >= threshold, data.of("page") & ~data.is_ours & unread
    print(f"{unread.sum()} of {len(told)} sentences; none of these figures is of one that was learnt from")
    for name, chosen in (
        ("our handbook, set aside", data.is_ours & unread),
        ("other handbooks, set aside", others),
        *(
            (f"  {Path(one).name}", others & _in(data, one))
            for one in sorted({data.sentences[at].group for at in np.flatnonzero(others)})
        ),
        ("written honest ones, set aside", written & ~steers),
        ("written steering ones, told", written & steers),
        ("  in English", written & steers & data.is_english),
        ("  in other languages", written & steers & ~data.is_english),
        ("  in English, by authors left out", written & steers & data.is_english & data.has_author),
        ("  honest ones of theirs, set aside", written & ~steers & data.has_author),
        ("users' attempts to steer, told", data.of("question") & unread & steers),
        ("users' honest questions, told", data.of("question") & unread & ~steers),
    ):
        print(f"  {name[-40:]:<42}{told[chosen].sum():>6} of {chosen.sum():<6} {told[chosen].mean():.2%}")
    for share in SHARES:
        limit = _threshold(scores[others], share)
        print(f"  at {share:.2%} of other handbooks: {(scores[written & steers] >= limit).mean():.1%} told")
    if show:
        _show(data, scores, {"set aside": told & ~steers, "missed": written & steers & ~told})


def _tell_first(data: Data, first: Vector) -> None:
    """Print what the first look would tell of the same sentences by itself, at that share of the pages."""
    unread = data.folds == UNREAD
    high = first >= _threshold(first[data.of("page") & ~data.is_ours & unread], SET_ASIDE)
    steering = data.of("written") & unread & data.steers
    told = (
        high[steering & one].mean()
        for one in (data.is_english, data.is_english & data.has_author, ~data.is_english)
    )
    print("  first look by itself: English {:.1%}, by authors left out {:.1%}, others {:.1%}".format(*told))


def _in(data: Data, group: str) -> Marks:
    return np.array([one.group == group for one in data.sentences])


def _show(data: Data, scores: Vector, chosen: Mapping[str, Marks]) -> None:
    for name, marks in chosen.items():
        for place in np.flatnonzero(marks):
            one = data.sentences[place]
            print(f"{name}  {scores[place]:.2f}  {Path(one.group).name}: {one.text!r}")


if __name__ == "__main__":
    main()
