"""`make train-faithfulness`: fit the trees of the offline scorer, and how they are weighed with its reader.

Reads labelled answers and claims, makes further claims by program, fits trees to what words and figures say,
weighs them with what the reader (`make train-reader`) says of the fold that it did not learn from, and sets
the thresholds. Whatever is set, is set on predictions for examples whose group nothing before had seen.
docs/faithfulness.md describes the data.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from coach.faithfulness.arrays import Places, Reals, Signs, Stored
from coach.faithfulness.features import NAMES
from coach.faithfulness.reader import Reader
from coach.faithfulness.trees import Trees, probability
from evals.metrics.auroc import auroc
from evals.training.faithfulness_data import FOLDS, UNREAD, Example, examples, fold
from evals.training.fit_trees import export, fit
from evals.training.read_examples import ReadExample, read_examples
from evals.training.thresholds import set_thresholds

WEIGHTS = Path("coach/faithfulness/weights")
# How much an example counts: people's labels more than a program's.
WEIGHT = {"ragtruth": 1.0, "made": 0.5, "scifact": 1.0, "claims": 2.0, "written": 1.0}
# Their faults are of meaning: from words and figures alone there is nothing to learn of them.
NOT_FOR_TREES = frozenset({"written"})
# More of these can only make a claim riskier, whatever the training data happen to show.
RISING = frozenset(
    "missing_weight missing_count missing_run rarest_missing replaced_unlike inserted_run numbers_missing"
    " figures_away figures_conflicting units_differing dates_missing names_missing names_away negation turns"
    " quantifiers extents_new extents_opposed directions absent negation_in_gap".split()
)


@dataclass(frozen=True, slots=True)
class Data:
    """All examples, read, with one row a claim in the arrays.

    Attributes:
        owner: int64 (n_claims,), the example of each claim.
        folds: int64 (n_examples,), by group.
    """

    read: tuple[ReadExample, ...]
    features: Reals
    labels: Signs
    owner: Places
    folds: Places

    @property
    def sources(self) -> list[str]:
        """The set that each example comes from."""
        return [one.example.source for one in self.read]

    @property
    def unfaithful(self) -> Signs:
        """Whether each example is, bool (n_examples,)."""
        return np.array([one.example.is_unfaithful for one in self.read])

    def of_fold(self, number: int) -> Data:
        """Return the examples of one fold."""
        places = np.flatnonzero(self.folds == number)
        rows = np.isin(self.owner, places)
        return Data(
            read=tuple(self.read[at] for at in places),
            features=self.features[rows],
            labels=self.labels[rows],
            owner=np.searchsorted(places, self.owner[rows]),
            folds=self.folds[places],
        )


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.fit_faithfulness", description=__doc__)
    parser.add_argument("--ragtruth", type=Path, required=True, metavar="TRAIN.jsonl")
    parser.add_argument("--scifact", type=Path, required=True, metavar="ZIP")
    parser.add_argument("--text", type=Path, nargs="*", default=[Path("corpus")], metavar="FOLDER")
    chosen = parser.parse_args()
    data = load(examples(chosen.ragtruth, chosen.scifact, chosen.text))
    print(f"{len(data.read)} examples, {len(data.labels)} claims", flush=True)
    logits = fit_lexical(data)
    held = data.of_fold(UNREAD)
    fit_learned(held, logits[data.folds[data.owner] == UNREAD], read_all(held.read))


def load(found: Sequence[Example]) -> Data:
    """Return the examples, read."""
    read = tuple(read_examples(found))
    return Data(
        read=read,
        features=np.concatenate([one.reading.features for one in read]),
        labels=np.concatenate([one.labels for one in read]),
        owner=np.repeat(np.arange(len(read)), [len(one.labels) for one in read]),
        folds=np.array([fold(one.example.group) for one in read]),
    )


def read_all(read: Sequence[ReadExample]) -> Reals:
    """Return what the reader that ships says of all claims, float32 (n_claims, 4)."""
    reader = Reader()
    return np.concatenate([reader.read(one.reading) for one in track(read, "reading")])


def fit_lexical(data: Data) -> Reals:
    """Write the trees, and return the logits of claims whose group they had not seen."""
    weights = _weights(data)
    folds = data.folds[data.owner]
    apt = ~np.isin(np.array(data.sources), list(NOT_FOR_TREES))[data.owner]
    directions = [int(name in RISING) for name in NAMES]
    logits = np.zeros(len(data.labels))
    for number in range(FOLDS):
        seen = (folds != number) & apt
        trees = fit(data.features[seen], data.labels[seen], weights[seen], directions=directions)
        logits[~seen] = Trees.load(export(trees, "claims"), "claims").logits(data.features[~seen])
    whole = fit(data.features[apt], data.labels[apt], weights[apt], directions=directions)
    trees = export(whole, "claims")
    _save("lexical", data, probability(logits), trees)
    return logits


def fit_learned(data: Data, logits: Reals, read: Reals) -> None:
    """Write how the trees' logits are weighed with what was read; `data` is new to both."""
    rows = np.column_stack([logits, read])
    groups = np.array([one.example.group for one in data.read])[data.owner]
    weights = _weights(data)
    risks = np.zeros(len(rows))
    for number in range(FOLDS):
        # By another cut than that of the folds: all of this is one fold.
        seen = np.array([fold(f"{group}.") != number for group in groups])
        model = LogisticRegression().fit(rows[seen], data.labels[seen], weights[seen])
        risks[~seen] = model.predict_proba(rows[~seen])[:, 1]
    _tell("read", data, read[:, 0])
    _tell("lexical, same fold", data, logits)
    model = LogisticRegression().fit(rows, data.labels, weights)
    print("weighed", model.coef_[0].round(3), model.intercept_.round(3))
    if model.coef_[0, 0] <= 0:
        raise SystemExit("a named fault would make a claim safer: the trees' weight is not above 0")
    _save("learned", data, risks, {"weights": model.coef_[0], "bias": model.intercept_[0]})


def _weights(data: Data) -> Reals:
    weights: Reals = np.array([WEIGHT[source] for source in data.sources])[data.owner]
    return weights


def _save(mode: str, data: Data, risks: Reals, arrays: dict[str, Stored]) -> None:
    """Set the thresholds of a mode on risks of claims that it had not seen, and write it."""
    _tell(mode, data, risks)
    thresholds = set_thresholds(
        data.sources, unfaithful=data.unfaithful, labels=data.labels, risks=risks, owner=data.owner
    )
    print(mode, thresholds.model_dump_json(indent=1), flush=True)
    told = np.array(json.dumps(thresholds.model_dump()))
    np.savez_compressed(WEIGHTS / f"{mode}.npz", allow_pickle=False, **arrays, thresholds=told)


def _tell(name: str, data: Data, risks: Reals) -> None:
    sources = np.array(data.sources)
    highest = np.full(len(data.read), risks.min())
    np.maximum.at(highest, data.owner, risks)
    for source in sorted(WEIGHT):
        own = sources[data.owner] == source
        claims = auroc(list(data.labels[own]), list(risks[own]))
        answers = auroc(list(data.unfaithful[sources == source]), list(highest[sources == source]))
        print(
            f"{name}: {source}: AUROC of claims {claims:.4f}, of answers by the worst claim {answers:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
