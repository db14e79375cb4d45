"""`make train-faithfulness`: fit the offline faithfulness scorer, and write its weights.

Reads labelled answers and claims, makes further claims by program, trains the head over frozen hidden states
and the trees over everything, and sets the thresholds. Whatever a later step is fitted or set on are the
predictions for examples whose group an earlier step had not seen. docs/faithfulness.md describes the data.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.faithfulness.arrays import Places, Reals, Signs, Stored
from coach.faithfulness.features import NAMES
from coach.faithfulness.head import UNREAD, Aligned, TokenHead
from coach.faithfulness.reader import Reader
from coach.faithfulness.trees import Trees, probability
from coach.settings import Settings
from evals.metrics.auroc import auroc
from evals.training.faithfulness_data import (
    Example,
    documents_in,
    documents_of,
    made_claims,
    ragtruth,
    scifact,
    written_claims,
)
from evals.training.fit_trees import export, fit
from evals.training.read_examples import PieceExample, PieceFile, ReadExample, read_examples, read_pieces
from evals.training.thresholds import set_thresholds
from evals.training.train_pieces import DIMENSION, Labelled, train
from ingest.embed import Embedder

WEIGHTS = Path("coach/faithfulness/weights")
FOLDS = 3
MADE = 4000
# How much an example counts: people's labels more than a program's, the few written claims most.
WEIGHT = {"ragtruth": 1.0, "made": 0.5, "scifact": 1.0, "claims": 6.0}
HEAD_WEIGHT = {"ragtruth": 1.0, "made": 0.7, "scifact": 0.7, "claims": 4.0}
EVERYTHING = -1
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
    pieces: tuple[PieceExample, ...]
    features: Reals
    labels: Signs
    owner: Places
    folds: Places

    @property
    def sources(self) -> list[str]:
        """The set that each example comes from."""
        return [one.example.source for one in self.read]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.fit_faithfulness", description=__doc__)
    parser.add_argument("--ragtruth", type=Path, required=True, metavar="TRAIN.jsonl")
    parser.add_argument("--scifact", type=Path, required=True, metavar="ZIP")
    parser.add_argument("--text", type=Path, nargs="*", default=[Path("corpus")], metavar="FOLDER")
    parser.add_argument(
        "--work",
        type=Path,
        required=True,
        help="keeps word pieces and the heads' predictions; delete it to begin anew",
    )
    chosen = parser.parse_args()
    data = load(examples(chosen.ragtruth, chosen.scifact, chosen.text), chosen.work)
    print(f"{len(data.read)} examples, {len(data.labels)} claims, {len(data.pieces)} parts", flush=True)
    kept = chosen.work / "piece-risks.npy"
    if not kept.exists():
        np.save(kept, head_predictions(data))
        np.savez_compressed(
            WEIGHTS / "head.npz", allow_pickle=False, **train(_labelled(data, EVERYTHING), seed=FOLDS)
        )
    piece_risks = np.load(kept)
    _report("head", data, probability(piece_risks[:, 0]))
    for mode, features in (
        ("lexical", data.features),
        ("learned", np.concatenate([data.features, piece_risks], axis=1)),
    ):
        arrays = fit_mode(data, features, mode)
        np.savez_compressed(WEIGHTS / f"{mode}.npz", allow_pickle=False, **arrays)


def examples(answers: Path, archive: Path, folders: Iterable[Path]) -> list[Example]:
    """Return all that is trained on; what shares passages stands together."""
    labelled = ragtruth(answers)
    documents = [*documents_of(labelled), *(one for folder in folders for one in documents_in(folder))]
    found = [
        *labelled,
        *scifact(archive, "train"),
        *written_claims(),
        *made_claims(documents, count=MADE),
    ]
    return sorted(found, key=lambda one: (one.source, one.group, one.passages))


def load(found: Sequence[Example], work: Path) -> Data:
    """Return the examples, read; word pieces are read once and kept."""
    read = tuple(read_examples(found))
    name = hashlib.sha256(
        repr([(one.example.passages, one.example.answer) for one in read]).encode()
    ).hexdigest()
    file = PieceFile(work / name[:16])
    if not file.is_there:
        settings = Settings()
        embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
        file.write(read_pieces(read, Reader(embedder)))
    return Data(
        read=read,
        pieces=tuple(file.read(DIMENSION)),
        features=np.concatenate([one.reading.features for one in read]),
        labels=np.concatenate([one.labels for one in read]),
        owner=np.repeat(np.arange(len(read)), [len(one.labels) for one in read]),
        folds=np.array([_fold(one.example.group) for one in read]),
    )


def _fold(group: str) -> int:
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def _labelled(data: Data, held_out: int) -> list[Labelled]:
    return [
        Labelled(one, data.read[one.example].labels[one.claims], HEAD_WEIGHT[data.sources[one.example]])
        for one in data.pieces
        if data.folds[one.example] != held_out and len(one.claims)
    ]


def head_predictions(data: Data) -> Reals:
    """Return what heads say of claims of groups that they had not seen, float32 (n_claims, 4)."""
    firsts = np.searchsorted(data.owner, np.arange(len(data.read)))
    rows = np.array([UNREAD.values()] * len(data.labels), dtype=np.float32)
    for fold in range(FOLDS):
        head = TokenHead(train(_labelled(data, fold), seed=fold))
        for one in data.pieces:
            if data.folds[one.example] == fold:
                risks = judge(head, one)
                rows[firsts[one.example] + one.claims] = np.array(risks, dtype=np.float32).reshape(-1, 4)
    return rows


def judge(head: TokenHead, one: PieceExample) -> list[list[float]]:
    """Return what a head says of the claims of a part."""
    aligned = Aligned(*(np.asarray(rows, dtype=np.float32) for rows in one.aligned))
    return [
        risk.values() for risk in head.judge(aligned, [np.arange(start, end) for start, end in one.pieces])
    ]


def fit_mode(data: Data, features: Reals, mode: str) -> dict[str, Stored]:
    """Return the trees and thresholds of a mode."""
    weights = np.array([WEIGHT[source] for source in data.sources])[data.owner]
    folds = data.folds[data.owner]
    directions = [int(name in RISING) for name in NAMES] + [0] * (features.shape[1] - len(NAMES))
    risks = np.zeros(len(data.labels))
    for fold in range(FOLDS):
        seen = folds != fold
        trees = export(fit(features[seen], data.labels[seen], weights[seen], directions=directions), "claims")
        risks[~seen] = probability(Trees.load(trees, "claims").logits(features[~seen]))
    _report(mode, data, risks)
    thresholds = set_thresholds(
        data.sources,
        unfaithful=np.array([one.example.is_unfaithful for one in data.read]),
        labels=data.labels,
        risks=risks,
        owner=data.owner,
    )
    print(mode, thresholds.model_dump_json(indent=1), flush=True)
    return {
        **export(fit(features, data.labels, weights, directions=directions), "claims"),
        "thresholds": np.array(json.dumps(thresholds.model_dump())),
    }


def _report(name: str, data: Data, risks: Reals) -> None:
    sources = np.array(data.sources)
    unfaithful = np.array([one.example.is_unfaithful for one in data.read])
    highest = np.zeros(len(data.read))
    np.maximum.at(highest, data.owner, risks)
    for source in sorted(WEIGHT):
        own = sources[data.owner] == source
        claims = auroc(list(data.labels[own]), list(risks[own]))
        answers = auroc(list(unfaithful[sources == source]), list(highest[sources == source]))
        print(
            f"{name}: {source}: AUROC of claims {claims:.4f}, of answers by the worst claim {answers:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
