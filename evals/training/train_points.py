"""`make train-points`: fine-tune what reads a point of a rubric and a candidate's words together.

A whole MiniLM is turned into a cross-encoder: its word vectors and first two layers stay as they are, the
others learn to tell words that meet a point from those that half meet it, pass it over or turn it round.
Words said of other points of the page pass it over. About an hour on two CPU cores. Needs torch and
onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from rich.progress import track
from sklearn.metrics import f1_score, roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from coach.coach import Coach
from coach.practice.grade import VERDICTS, PointVerdict
from coach.practice.point_reader import Pieces, join, pieces_of
from coach.settings import Settings
from evals.training.minilm import DIM, NOT_SEEN, MiniLM, batches_by_length, paced, padded, write
from evals.training.point_answers import SpokenAnswer, spoken_pages

DATA = Path(__file__).parent / "points.jsonl"
TARGET = Path(__file__).parents[2] / "coach" / "practice" / "weights" / "points.onnx"
EPOCHS, BATCH, LEARNING_RATE, WARM_UP, SMOOTHING = 3, 32, 2e-4, 60, 0.05
OTHERS = 2
"""So many words said of other points of the page stand for passing this one over."""
TOGETHER = 0.4
"""So often a stretch of an answer is read with the one behind it, as the grader also reads sentences."""
HELD_OUT = 10
"""One page in so many is measured and not learnt from."""
SEED = 0

Source = Literal["sentences", "answers", "answers whose manner says nothing"]


class Pair(NamedTuple):
    """A point and words, the place of their label in `VERDICTS`, and what kind of text the words are from."""

    pieces: Pieces
    label: int
    source: Source


class CrossEncoder(MiniLM):
    """A MiniLM over pairs, and the chances of each label from its first state and the mean over the words."""

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.labels = nn.Linear(2 * DIM, DIM), nn.Linear(DIM, len(VERDICTS))

    def logits(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> Tensor:
        """Return the logits (n, 4) of pairs, all three (n, length)."""
        places = torch.arange(ids.shape[1])
        states = self.norm(self.words(ids) + self.places(places)[None] + self.kinds(kinds))
        away = (1.0 - mask[:, None, None, :].float()) * NOT_SEEN
        for layer in self.layers:
            states = layer(states, away)
        said = (kinds * mask).unsqueeze(-1).float()
        mean = (states * said).sum(1) / said.sum(1).clamp(min=1)
        return self.labels(self.drop(torch.tanh(self.pool(torch.cat([states[:, 0], mean], -1)))))

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the chances (n, 4), as the exported weights do."""
        return torch.softmax(self.logits(input_ids, token_type_ids, attention_mask), -1)


def main() -> None:
    """Train, measure on the pages held out, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train_points", description=__doc__)
    parser.add_argument("base", type=Path, help="model.onnx of all-MiniLM-L6-v2 in 32 bits")
    chosen = parser.parse_args()
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    learnt, measured = read_pairs(draw)
    model = CrossEncoder()
    model.start_from(chosen.base)
    train(model, learnt, draw)
    tell(model, measured)
    ids = torch.ones((2, 8), dtype=torch.long)
    inputs = {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "attention_mask": ids}
    axes = {name: {0: "pairs", 1: "length"} for name in inputs} | {"chances": {0: "pairs"}}
    write(model, TARGET, inputs=inputs, output="chances", axes=axes)


def read_pairs(draw: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to learn from and those of the pages held out."""

    def pair(point: str, said: str, label: PointVerdict, source: Source = "sentences") -> Pair:
        return Pair(join(pieces_of(point), pieces_of(said)), VERDICTS.index(label), source)

    pages = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    draw.shuffle(pages)
    answers: dict[str, list[SpokenAnswer]] = defaultdict(list)
    for spoken in spoken_pages():
        answers[spoken.question_id] += spoken.answers
    kept: tuple[list[Pair], list[Pair]] = ([], [])
    with Coach(Settings()) as coach:
        for number, page in enumerate(track(pages, "reading")):
            texts = coach.point_texts(page["question_id"])
            into = kept[number < len(pages) // HELD_OUT]
            for row in page["points"]:
                text = texts[row["point"]]
                into += [pair(text, said, label) for label in VERDICTS for said in row[label]]
                others = [
                    said
                    for other in page["points"]
                    if other is not row
                    for label in ("covered", "contradicted")
                    for said in other[label]
                ]
                into += [
                    pair(text, said, "missing") for said in draw.sample(others, min(OTHERS, len(others)))
                ]
            for answer in answers[page["question_id"]]:
                source: Source = "answers whose manner says nothing" if answer.is_crossed else "answers"
                into += [
                    pair(texts[point], said, label, source) for point, said, label in readings(answer, draw)
                ]
    return kept


def readings(answer: SpokenAnswer, draw: random.Random) -> Iterator[tuple[str, str, PointVerdict]]:
    """Yield points, words of an answer, and what the words say to the point.

    Each stretch is read against the points that it speaks of and against one that it passes over; now and
    then together with the stretch behind it, unless both speak of the same point.
    """
    for one, behind in zip_longest(answer.stretches, answer.stretches[1:]):
        said, does = one.text, one.points
        if behind and draw.random() < TOGETHER and not does.keys() & behind.points.keys():
            said, does = f"{said} {behind.text}", {**does, **behind.points}
        yield from ((point, said, label) for point, label in does.items())
        passed_over = [point for point in answer.points if point not in does]
        if passed_over:
            yield draw.choice(passed_over), said, "missing"


def train(model: CrossEncoder, pairs: Sequence[Pair], draw: random.Random) -> None:
    """Learn from pairs, in batches of about one length."""
    learning = [one for one in model.parameters() if one.requires_grad]
    steps = EPOCHS * (len(pairs) // BATCH + 1)
    optimiser = torch.optim.AdamW(learning, LEARNING_RATE, weight_decay=0.01)
    pace = paced(optimiser, warm_up=WARM_UP, steps=steps)
    model.train()
    for epoch in range(EPOCHS):
        batches = list(batches_by_length(pairs, lambda one: len(one.pieces.ids), BATCH, draw))
        for batch in track(batches, f"epoch {epoch + 1} of {EPOCHS}"):
            ids, kinds, mask = _tensors(batch)
            wanted = torch.tensor([one.label for one in batch])
            loss = functional.cross_entropy(model.logits(ids, kinds, mask), wanted, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            pace.step()


def _tensors(batch: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    ids, kinds = (padded([one.pieces[at] for one in batch]) for at in (0, 1))
    return ids, kinds, (ids != 0).long()


def tell(model: CrossEncoder, pairs: Sequence[Pair]) -> None:
    """Print how well the pages held out are read, by source."""
    model.eval()
    with torch.no_grad():
        found = np.concatenate([model(*_tensors([one])).numpy() for one in track(pairs, "measuring")])
    for source in get_args(Source):
        at = [place for place, one in enumerate(pairs) if one.source == source]
        labels, chances = np.array([pairs[place].label for place in at]), found[at]
        said, sides = chances.argmax(1), np.isin(labels, (0, 3))
        auroc = roc_auc_score(labels[sides] == 0, chances[sides, 0] - chances[sides, 3])
        sys.stdout.write(
            f"{source}: {len(at)} pairs of pages held out, {np.mean(labels == said):.3f} right, mean F1 of "
            f"the labels {f1_score(labels, said, average='macro'):.3f}, covered against contradicted AUROC "
            f"{auroc:.3f}\n"
        )


if __name__ == "__main__":
    main()
