"""``python -m evals.training.fit_steering corpus ...`` fits coach/guard/steering.npz and says what it brings.

Every figure is of sentences that the fit has not seen: the documents are dealt to four folds whole, the
written sentences one by one, and each fold is scored by a fit on the other three. What ships is fitted on
all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from coach.guard.ngrams import BUCKETS, normalised, read_runs
from coach.guard.steering import WEIGHTS_FILE, SteeringModel, can_order, save_steering_model
from coach.guard.utterances import utterances
from coach.settings import Settings
from ingest.embed import Embedder
from ingest.store.port import Vector

FOLDER = Path(__file__).parent
TARGET = FOLDER.parents[1] / "coach" / "guard" / WEIGHTS_FILE
FOLDS = 4
# Chosen on held-out sentences: strengths of both fits, width of the kernel, weight of the first score in it.
RUNS_STRENGTH = 30.0
KERNEL_STRENGTH = 3.0
WIDTH = 1.0
SLOPE = 0.15
# What the first score counts beside the kernel's.
EXTRA = 0.15
AXES = 64
# Of the pages' sentences, those that sound most like orders teach the second look; the rest is a sample.
NEAREST = 1_600
SAMPLE = 20_000
# Share of the pages' sentences that get a second look, and that may be set aside.
LOOKED_AT = 0.008
SET_ASIDE = 0.0005
_BATCH = 2_000

Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Rows = Any  # scipy.sparse.csr_matrix, which states no types
Source = Literal["page", "written", "question"]


class Sentence(NamedTuple):
    """A sentence to learn from; `owner` is its document, or what kind of sentence it is."""

    text: str
    steers: bool
    source: Source
    owner: str


class Wording(NamedTuple):
    """The first look, fitted."""

    weights: Vector
    bias: float


class Meaning(NamedTuple):
    """The second look, fitted: see `SteeringModel`."""

    centres: Vector
    shares: Vector
    slope: float
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


def main() -> None:
    """Fit both looks, print what they reach on what they have not seen, and write them."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.fit_steering", description=__doc__)
    parser.add_argument("own", type=Path, help="our handbook; the rates are of its documents")
    parser.add_argument("others", type=Path, nargs="*", help="folders of other honest documents")
    parser.add_argument("--show", action="store_true", help="print every sentence that is told wrong")
    chosen = parser.parse_args()
    settings = Settings()
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    own = [*_pages([chosen.own])]
    data = _data([*_written(), *_questions(), *own, *_pages(chosen.others)])
    is_own = np.array([one.owner.startswith(f"{chosen.own}/") for one in data.sentences])
    first = _held_out(data.folds, lambda seen, unseen: _apply(_fit_wording(data, seen), data.rows[unseen]))
    near = _to_embed(data, first)
    bodies = np.stack([embedder.embed_query(normalised(data.sentences[place].text)).body for place in near])
    axes = TruncatedSVD(AXES, random_state=0).fit(bodies).components_.T.astype(np.float32)
    points = bodies @ axes
    second = np.full(len(first), -np.inf)
    second[near] = _held_out(
        data.folds[near],
        lambda seen, unseen: _second(
            _fit_meaning(points[seen], first[near][seen], data.steers[near][seen]),
            points[unseen],
            first[near][unseen],
        ),
    )
    floor = float(np.quantile(first[data.of("page")], 1 - LOOKED_AT))
    second[first < floor] = -np.inf
    threshold = float(np.sort(second[is_own])[::-1][int(SET_ASIDE * len(own))])
    _tell(data, is_own, first, second, threshold, show=chosen.show)
    wording = _fit_wording(data, np.arange(len(first)))
    meaning = _fit_meaning(points, first[near], data.steers[near])
    fitted = SteeringModel(
        version="",
        weights_version=embedder.spec.version,
        runs=wording.weights,
        runs_bias=wording.bias,
        floor=floor,
        axes=axes,
        centres=meaning.centres,
        shares=meaning.shares,
        width=WIDTH,
        slope=meaning.slope,
        bias=meaning.bias,
        threshold=float(np.nextafter(threshold, np.inf)),
    )
    content = save_steering_model(fitted)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content) // 1000} kB, {len(meaning.centres)} centres")


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


def _pages(folders: Iterable[Path]) -> Iterator[Sentence]:
    for folder in folders:
        for file in sorted(one for one in folder.rglob("*") if one.suffix in (".md", ".txt")):
            text = file.read_text(encoding="utf-8", errors="replace")
            for one in utterances(text):
                said = text[one.start : one.end]
                yield Sentence(said, steers=False, source="page", owner=str(file))


def _data(sentences: Iterable[Sentence]) -> Data:
    """Return sentences that can order, each once, dealt to folds: those of one document together."""
    texts = ((normalised(one.text), one) for one in reversed([*sentences]))
    once = {text: one for text, one in texts if one.source != "page" or can_order(text)}
    kept = tuple(reversed([*once.values()]))
    random = np.random.default_rng(0)
    documents = {one: int(random.integers(FOLDS)) for one in dict.fromkeys(s.owner for s in kept)}
    folds = np.array(
        [documents[one.owner] if one.source == "page" else int(random.integers(FOLDS)) for one in kept]
    )
    return Data(kept, _hashed([one.text for one in kept]), np.array([one.steers for one in kept]), folds)


def _hashed(texts: Sequence[str]) -> Rows:
    made = []
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        runs = read_runs(batch)
        shape = (len(batch), BUCKETS)
        made.append(sparse.csr_matrix((runs.weights, (runs.owners, runs.buckets)), shape=shape))
    return sparse.vstack(made).tocsr().astype(np.float32)


def _held_out(folds: Places, score: Callable[[Places, Places], Vector]) -> Vector:
    """Return the scores of each fold by a fit on the others."""
    scores = np.zeros(len(folds), dtype=np.float32)
    for fold in range(FOLDS):
        unseen = np.flatnonzero(folds == fold)
        scores[unseen] = score(np.flatnonzero(folds != fold), unseen)
    return scores


def _fit_wording(data: Data, seen: Places) -> Wording:
    """Return the first look, fitted twice: the second time on what the first one was least sure of."""
    is_page = data.of("page")[seen]
    pages, told = seen[is_page], seen[~is_page]
    random = np.random.default_rng(0)
    chosen = np.concatenate([told, random.choice(pages, min(SAMPLE, len(pages)), replace=False)])
    for _ in range(2):
        model = LogisticRegression(C=RUNS_STRENGTH, solver="liblinear").fit(
            data.rows[chosen], data.steers[chosen]
        )
        made = Wording(model.coef_[0].astype(np.float32), float(model.intercept_[0]))
        nearest = pages[np.argsort(-_apply(made, data.rows[pages]))[: 2 * NEAREST]]
        chosen = np.unique(np.concatenate([chosen, nearest]))
    return made


def _apply(wording: Wording, rows: Rows) -> Vector:
    scores: Vector = np.asarray(rows @ wording.weights, dtype=np.float32) + np.float32(wording.bias)
    return scores


def _to_embed(data: Data, first: Vector) -> Places:
    """Return the places of the sentences that the second look learns from."""
    pages = np.flatnonzero(data.of("page"))
    nearest = pages[np.argsort(-first[pages])[:NEAREST]]
    random = np.random.default_rng(0)
    others = np.flatnonzero(data.of("question") & ~data.steers)
    looked = np.flatnonzero(data.of("written") | (data.of("question") & data.steers))
    sample = [random.choice(pages, NEAREST // 4), random.choice(others, NEAREST // 8)]
    return np.unique(np.concatenate([nearest, looked, *sample]))


def _fit_meaning(points: Vector, first: Vector, steers: Marks) -> Meaning:
    model = SVC(C=KERNEL_STRENGTH, kernel="precomputed").fit(_kernel(points, points, first, first), steers)
    shares = model.dual_coef_[0].astype(np.float32)
    slope = EXTRA + float(SLOPE * shares @ first[model.support_])
    return Meaning(points[model.support_], shares, slope, float(model.intercept_[0]))


def _second(meaning: Meaning, points: Vector, first: Vector) -> Vector:
    near = _near(points, meaning.centres)
    scores: Vector = near @ meaning.shares + meaning.slope * first + np.float32(meaning.bias)
    return scores


def _kernel(one: Vector, other: Vector, first: Vector, second: Vector) -> Vector:
    made: Vector = _near(one, other) + np.float32(SLOPE) * np.outer(first, second)
    return made


def _near(one: Vector, other: Vector) -> Vector:
    squares = (one**2).sum(axis=1)[:, np.newaxis] + (other**2).sum(axis=1) - 2 * one @ other.T
    near: Vector = np.exp(-WIDTH * np.maximum(squares, 0.0))
    return near


def _tell(data: Data, is_own: Marks, first: Vector, second: Vector, threshold: float, *, show: bool) -> None:
    """Print the rates, and with `show` what is told wrong."""
    steers, written = data.steers, data.of("written")
    told = second > threshold
    others = data.of("page") & ~is_own
    print(
        f"{len(told)} sentences, {FOLDS} folds; none of these figures is of a sentence that was learnt from"
    )
    for name, chosen in (
        ("our handbook, set aside", is_own),
        ("other handbooks, set aside", others),
        ("written honest ones, set aside", written & ~steers),
        ("written steering ones, told", written & steers),
        ("users' attempts to steer, told", data.of("question") & steers),
    ):
        print(f"  {name:<32}{told[chosen].sum():>6} of {chosen.sum():<6} {told[chosen].mean():.2%}")
    for share in (0.0001, 0.0005, 0.001, 0.002, 0.005):
        limit = np.sort(second[is_own])[::-1][int(share * is_own.sum())]
        print(f"  at {share:.2%} of our handbook: {(second[written & steers] > limit).mean():.1%} told")
    if show:
        _show(data, first, second, {"set aside": told & ~steers, "missed": written & steers & ~told})


def _show(data: Data, first: Vector, second: Vector, chosen: Mapping[str, Marks]) -> None:
    for name, marks in chosen.items():
        for place in np.flatnonzero(marks):
            one = data.sentences[place]
            print(f"{name}  {first[place]:.2f} {second[place]:.2f}  {Path(one.owner).name}: {one.text!r}")


if __name__ == "__main__":
    main()
