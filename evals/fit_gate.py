"""`make fit`: fit the intent model and the gate on development queries, and print what they reach.

Inputs are JSON-lines files of questions: golden files (with sections that answer, or none), and files of
{"q", "label"} that say what kind of text a question is. Nothing of a test split is read.
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

from coach.retrieve.evidence import Evidence
from coach.retrieve.intent import INTENTS
from coach.retrieve.retriever import Retriever
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from evals.golden import GoldenItem, load_golden
from ingest.embed import Embedder
from ingest.store import open_store

OUT = Path("coach/retrieve")
FALSE_REFUSALS = 0.035
SAMPLE = 250
TRAINING_WEIGHT = 0.4
LABELS = {"field": "field", "benign_attack": "field", "off_topic": "off_topic", "instruction": "instruction"}
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence for one question, and whether the index answers it."""

    evidence: dict[str, float]
    answerable: bool
    weight: float
    style: str


@dataclass(frozen=True, slots=True)
class Source:
    """Questions asked of one collection; the threshold is set on those of weight 1."""

    items: tuple[GoldenItem, ...]
    collection: str
    weight: float


def main() -> None:
    """Fit both models and write them beside the code that reads them."""
    parser = argparse.ArgumentParser(prog="python -m evals.fit_gate", description=__doc__)
    parser.add_argument("--intents", type=Path, required=True, help="JSON lines of q and label")
    pair = {"action": "append", "nargs": 2, "metavar": ("FILE", "COLLECTION"), "default": []}
    parser.add_argument("--golden", **pair, help="the development set; the threshold is set on it")  # type: ignore[arg-type]
    parser.add_argument("--present", **pair, help="questions that the collection answers")  # type: ignore[arg-type]
    parser.add_argument("--absent", **pair, help="questions of another handbook")  # type: ignore[arg-type]
    chosen = parser.parse_args()
    settings = Settings()
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    sources = [Source(tuple(load_golden(Path(file))), name, 1.0) for file, name in chosen.golden]
    sources += [_sampled(file, name, answerable=True) for file, name in chosen.present]
    sources += [_sampled(file, name, answerable=False) for file, name in chosen.absent]
    fit_intents(chosen.intents, sources, embedder)
    models = {}
    for name, rerank in (("reranked", True), ("fused", False)):
        examples: list[Example] = []
        for source in sources:
            update = {"collection": source.collection, "rerank": rerank}
            examples += collect(source, settings.model_copy(update=update))
        models[name] = fit_gate(examples, name)
    (OUT / "gate.json").write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")


def _sampled(file: str, collection: str, *, answerable: bool) -> Source:
    """Return at most `SAMPLE` questions of a training file, evenly drawn."""
    items = load_golden(Path(file))
    drawn = items[:: max(len(items) // SAMPLE, 1)][:SAMPLE]
    kept = tuple(item.model_copy(update={"answerable": answerable}) for item in drawn)
    return Source(kept, collection, TRAINING_WEIGHT)


def fit_intents(labelled: Path, sources: Sequence[Source], embedder: Embedder) -> None:
    """Fit the intent model on labelled questions and on the answerable golden ones, and write it."""
    rows = [json.loads(line) for line in labelled.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [(row["q"], LABELS[row["label"]]) for row in rows]
    texts += [(item.query, "field") for source in sources for item in source.items if item.answerable]
    vectors = np.stack([embedder.embed_query(text).body for text, _ in texts])
    labels = np.array([INTENTS.index(label) for _, label in texts])
    model = LogisticRegression(C=3.0, max_iter=3000, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, vectors, labels, cv=folds)
    for number, intent in enumerate(INTENTS):
        share = float(np.mean(guessed[labels == number] == number))
        print(f"intent {intent:<12} {share:.3f} of {np.sum(labels == number)} recognised, in 5 folds")
    model.fit(vectors, labels)
    found = {
        "weights_version": embedder.spec.version,
        "fitted_on": f"{len(texts)} labelled development questions",
        "weights": np.round(model.coef_, 3).tolist(),
        "bias": np.round(model.intercept_, 3).tolist(),
    }
    (OUT / "intent.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


def collect(source: Source, settings: Settings) -> list[Example]:
    """Return evidence for each item of a source."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    build = open_store(settings).open(settings.collection)
    retriever, evidence = Retriever(build, embedder, settings), Evidence(build)
    examples = []
    for item in source.items:
        retrieval = retriever.retrieve(item.query, where={}, watch=Stopwatch())
        if not retrieval.sections:
            continue
        examples.append(Example(evidence.measure(retrieval), item.answerable, source.weight, item.style))
    build.close()
    return examples


def fit_gate(examples: Sequence[Example], name: str) -> dict[str, object]:
    """Return a fitted gate as JSON, its threshold set to `FALSE_REFUSALS` in cross-validation."""
    names = sorted(examples[0].evidence)
    raw = np.array([[example.evidence[key] for key in names] for example in examples])
    labels = np.array([example.answerable for example in examples])
    weights = np.array([example.weight for example in examples])
    golden = weights == 1.0
    means, scales = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=3000, class_weight="balanced")
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    scores = cross_val_predict(
        model,
        (raw - means) / scales,
        labels,
        cv=folds,
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    threshold = float(np.quantile(scores[labels & golden], FALSE_REFUSALS))
    print(f"\n{name}: AUROC {roc_auc_score(labels[golden], scores[golden]):.3f}, threshold {threshold:.3f}")
    styles = np.array([example.style for example in examples])
    for style in sorted(set(styles[golden & ~labels])):
        chosen = (styles == style) & golden & ~labels
        print(f"  abstained {style:<12} {np.mean(scores[chosen] < threshold):.3f} of {chosen.sum()}")
    abstained = float(np.mean(scores[golden & ~labels] < threshold))
    print(f"  abstained in all    {abstained:.3f}; falsely refused {FALSE_REFUSALS:.3f}")
    model.fit((raw - means) / scales, labels, sample_weight=weights)
    return {
        "version": f"{name}-1",
        "weights": dict(zip(names, np.round(model.coef_[0], 4).tolist(), strict=True)),
        "means": dict(zip(names, np.round(means, 4).tolist(), strict=True)),
        "scales": dict(zip(names, np.round(scales, 4).tolist(), strict=True)),
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(threshold, 4),
        "fitted_on": f"{len(examples)} development examples; abstained {abstained:.3f} in 10 folds",
    }


if __name__ == "__main__":
    main()
