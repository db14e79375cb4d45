"""`make fit`: build the cohorts, fit the gate on development questions, and print what it reaches.

Nothing of a test split is read, and no question that the late interaction head was trained on is used to
fit the gate: it would look nearer to its page than a new question does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from coach.retrieve.cohorts import Cohorts, save_cohorts
from coach.retrieve.evidence import Evidence
from coach.retrieve.retriever import Retriever
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from evals.golden import load_golden
from ingest.embed import Embedder
from ingest.store import open_store

OUT = Path("coach/retrieve")
TRAINING = Path("evals/training")
FALSE_REFUSALS = 0.035
FOLDS = 10
COHORT_STRENGTH = 2.0
# A wider kernel than the best on these questions: it carries over better from one handbook to another.
STRENGTH = 10.0
GAMMA = 0.01
# The other questions are more, and harder; what is measured on must not drown in them.
GOLDEN_WEIGHT = 4.0
REPEATS = 5
# Cohort -> files of questions with the labels that are taken from each; no label takes all.
COHORT_FILES = {
    "practice": (("handbook.jsonl", ""), ("keywords.jsonl", "practice"), ("plain.jsonl", "practice")),
    "theory": (("llm-interview-hub.jsonl", ""), ("keywords.jsonl", "theory"), ("plain.jsonl", "theory")),
    "classical": (
        ("data-science-interviews.jsonl", ""),
        ("keywords.jsonl", "classical"),
        ("plain.jsonl", "classical"),
    ),
    "neighbouring": (
        ("intents.jsonl", "field"),
        ("neighbours.jsonl", "neighbouring"),
        ("keywords.jsonl", "neighbouring"),
        ("plain.jsonl", "neighbouring"),
    ),
    "off_topic": (
        ("intents.jsonl", "off_topic"),
        ("keywords.jsonl", "off_topic"),
        ("plain.jsonl", "off_topic"),
    ),
    "instruction": (("intents.jsonl", "instruction"), ("neighbours.jsonl", "instruction")),
    "about_attacks": (("intents.jsonl", "benign_attack"),),
}
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence for one question, and whether the index answers it; `file` is where it comes from."""

    evidence: dict[str, float]
    answerable: bool
    style: str
    file: str


def main() -> None:
    """Build the cohorts, fit both gates, and write them beside the code that reads them."""
    parser = argparse.ArgumentParser(prog="python -m evals.fit_gate", description=__doc__)
    parser.add_argument(
        "golden",
        nargs="+",
        metavar="FILE=COLLECTION",
        help="development questions and the collection that holds their documents",
    )
    chosen = parser.parse_args()
    settings = Settings()
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    cohorts = make_cohorts(embedder)
    (OUT / "cohorts.npz").write_bytes(save_cohorts(cohorts))
    models = {}
    for name, rerank in (("reranked", True), ("fused", False)):
        examples: list[Example] = []
        for pair in chosen.golden:
            file, _, collection = pair.partition("=")
            update = {"collection": collection, "rerank": rerank}
            examples += collect(Path(file), settings.model_copy(update=update), cohorts)
        models[name] = fit_gate(examples, name)
    (OUT / "gate.json").write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")


def make_cohorts(embedder: Embedder) -> Cohorts:
    """Return the cohorts of `COHORT_FILES`, embedded."""
    vectors = {
        name: np.stack(
            [embedder.embed_query(text).body for file, label in files for text in _texts(file, label)]
        )
        for name, files in COHORT_FILES.items()
    }
    names = sorted(vectors)
    bodies = np.concatenate([vectors[name] for name in names])
    kinds = np.repeat(np.arange(len(names)), [len(vectors[name]) for name in names])
    model = LogisticRegression(C=COHORT_STRENGTH, max_iter=3000, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, bodies, kinds, cv=folds)
    for number, name in enumerate(names):
        right = np.mean(guessed[kinds == number] == number)
        print(f"cohort {name:<13} {len(vectors[name])} questions, {right:.3f} recognised held out")
    model.fit(bodies, kinds)
    ordered = {name: vectors[name] for name in names}
    return Cohorts(embedder.spec.version, ordered, model.coef_, model.intercept_)


def _texts(file: str, label: str) -> list[str]:
    rows = [json.loads(line) for line in (TRAINING / file).read_text(encoding="utf-8").splitlines() if line]
    return [row["query"] for row in rows if not label or row["label"] == label]


def collect(file: Path, settings: Settings, cohorts: Cohorts) -> list[Example]:
    """Return the evidence for each item of a file; an item that finds nothing is left out."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    build = open_store(settings).open(settings.collection)
    retriever, evidence = Retriever(build, embedder, settings), Evidence(build, cohorts)
    examples = []
    for item in load_golden(file):
        retrieval = retriever.retrieve(item.query, where={}, watch=Stopwatch())
        if retrieval.sections:
            examples.append(Example(evidence.measure(retrieval), item.answerable, item.style, str(file)))
    build.close()
    return examples


def fit_gate(examples: Sequence[Example], name: str) -> dict[str, object]:
    """Return a fitted gate as JSON; in cross-validation no file has more than `FALSE_REFUSALS` refused."""
    names = sorted(examples[0].evidence)
    raw = np.array([[example.evidence[key] for key in names] for example in examples])
    labels = np.array([example.answerable for example in examples])
    files = np.array([example.file for example in examples])
    means, scales = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    points = np.round((raw - means) / scales, 3)
    weights = np.where(["golden" in Path(file).parts for file in files], GOLDEN_WEIGHT, 1.0)
    outputs = _held_out(points, labels, weights)
    calibration = LogisticRegression().fit(outputs[:, np.newaxis], labels)
    slope, offset = float(calibration.coef_[0, 0]), float(calibration.intercept_[0])
    scores = 1 / (1 + np.exp(-(slope * outputs + offset)))
    sets = {file: files == file for file in sorted(set(files))}
    threshold = float(min(np.quantile(scores[labels & own], FALSE_REFUSALS) for own in sets.values()))
    refused = scores < threshold
    abstained = float(np.mean(refused[~labels]))
    print(f"\n{name}: {labels.sum()} answerable, {np.sum(~labels)} not, held out in {FOLDS} folds")
    print(f"  AUROC {roc_auc_score(labels, scores):.3f}, threshold {threshold:.3f}")
    print("  file, AUROC, abstained, falsely refused")
    for file, own in sets.items():
        area = roc_auc_score(labels[own], scores[own])
        rates = f"{np.mean(refused[own & ~labels]):.3f}, {np.mean(refused[own & labels]):.3f}"
        print(f"    {file}, {area:.3f}, {rates}")
    styles = np.array([example.style for example in examples])
    for style in sorted(set(styles[~labels])):
        chosen = (styles == style) & ~labels
        print(f"    {style:<12} {np.mean(refused[chosen]):.3f} of {chosen.sum()}")
    model = _machine().fit(points, labels, weights)
    return {
        "version": f"{name}-1",
        "names": names,
        "means": np.round(means, 5).tolist(),
        "scales": np.round(scales, 5).tolist(),
        "centres": model.support_vectors_.tolist(),
        "weights": np.round(model.dual_coef_[0], 5).tolist(),
        "bias": round(float(model.intercept_[0]), 5),
        "gamma": GAMMA,
        "slope": round(slope, 4),
        "offset": round(offset, 4),
        "threshold": round(threshold, 4),
        "fitted_on": f"{len(examples)} development questions; abstained {abstained:.3f} held out",
    }


def _machine() -> SVC:
    return SVC(C=STRENGTH, gamma=GAMMA, class_weight="balanced")


def _held_out(points: Matrix, labels: npt.NDArray[np.bool_], weights: Matrix) -> Matrix:
    """Return each example's output from machines that did not see it, averaged over `REPEATS` splits."""
    outputs = np.zeros(len(labels))
    for seed in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        for seen, unseen in folds.split(points, labels):
            machine = _machine().fit(points[seen], labels[seen], weights[seen])
            outputs[unseen] += machine.decision_function(points[unseen]) / REPEATS
    return outputs


if __name__ == "__main__":
    main()
