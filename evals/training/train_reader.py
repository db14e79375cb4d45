"""`make train-reader`: fine-tune what reads an answer together with its passages, word piece by word piece.

A whole MiniLM is turned into it: its word vectors and first two layers stay as they are and read stretches,
question and answer each by itself; in the four layers above the answer looks at all of them, while what it
looks at sees itself alone, so that the answers to one question share it. Learnt are the pieces that people
marked and the claims that they lie in, of every fold but `UNREAD`. About an hour on two CPU cores. Needs
torch and onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from coach.faithfulness.arrays import Signs
from coach.faithfulness.reader import SIGNS
from evals.metrics.auroc import auroc
from evals.training.faithfulness_data import UNREAD, examples, fold
from evals.training.minilm import (
    DIM,
    FROZEN_LAYERS,
    NOT_SEEN,
    Layer,
    MiniLM,
    attend,
    heads,
    paced,
    padded,
    write,
)
from evals.training.read_examples import PageExample, read_examples, read_pages

TARGET = Path("coach/faithfulness/weights/reader.onnx")
EPOCHS, STEP_PIECES, MOST_TOGETHER = 3, 2600, 8
LEARNING_RATE, HEAD_FASTER, WARM_UP, LEAST_RATE = 2e-4, 5.0, 100, 0.02
KEPT = 0.997
"""The weights that are written are a running mean; this much of it stays at each step."""
RARE, SMOOTHING = 2.0, 0.04
"""A piece that is unfaithful counts so much more: they are few. No label is quite certain."""
WEIGHT = {"ragtruth": 1.0, "made": 0.8, "scifact": 0.7, "claims": 1.5, "written": 1.5}
MADE = 16_000
SHARE = {"ragtruth": 0.5, "scifact": 0.4}
"""How much of a set an epoch takes, where it is not all."""
_USUAL_CLAIMS, _USUAL_PIECES = 6, 600
SEED = 0


class Lesson(NamedTuple):
    """Answers to one question over the same passages.

    Attributes:
        told: int64 (n_told, length), `kinds` (n_told,): see `coach.faithfulness.reader.Page`.
        answers: int64 (n, length), with marks, filled up with 0; `signs` (n, length, SIGNS).
        wrong: float32 (n, length), 1 for each unfaithful piece; `own` 1 for each piece that is no mark.
        claims: By answer, the places of each claim's pieces in its row, and whether it is unfaithful.
    """

    source: str
    told: Tensor
    kinds: Tensor
    answers: Tensor
    signs: Tensor
    wrong: Tensor
    own: Tensor
    claims: list[list[tuple[Tensor, bool]]]

    @property
    def size(self) -> int:
        """How many word pieces it has."""
        return int((self.told > 0).sum() + (self.answers > 0).sum())


class AnswerReader(MiniLM):
    """Three numbers a piece of each answer; `coach.faithfulness.reader.judge` says what they are for."""

    def __init__(self) -> None:
        super().__init__()
        self.role = nn.Embedding(2, DIM)
        self.signs = nn.Linear(SIGNS, DIM)
        self.judge = nn.Linear(DIM, 3)
        nn.init.normal_(self.role.weight, std=0.05)
        nn.init.normal_(self.signs.weight, std=0.05)

    def forward(self, told: Tensor, kinds: Tensor, answer: Tensor, signs: Tensor) -> Tensor:
        """Return float32 (n, length, 3) for n answers to what is told."""
        below, seen = self._alone(told)
        above, is_piece = self._alone(answer)
        below = below + self.role(kinds)[:, None, :]
        above = above + self.signs(signs)
        for layer in self.layers[FROZEN_LAYERS:]:
            below, above = _step(layer, below, seen, above, is_piece)
        return self.judge(self.drop(above)).float()

    def _alone(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the lowest layers make of texts, each by itself, and where there is a piece."""
        is_piece = ids != 0
        places = self.places(torch.arange(ids.shape[1]))[None]
        states = self.norm(self.words(ids) + places + self.kinds.weight[0])
        for layer in self.layers[:FROZEN_LAYERS]:
            states = layer(states, _away(is_piece, states))
        return states, is_piece


def _step(
    layer: Layer, told: Tensor, seen: Tensor, answer: Tensor, is_piece: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what is told and the answers behind a layer: the former see themselves, the latter all."""
    key, value = layer.key(told), layer.value(told)
    alone = attend(heads(layer.query(told)), heads(key), heads(value), _away(seen, told))

    def all_of(ours: Tensor, theirs: Tensor) -> Tensor:
        shared = theirs[seen].expand(len(answer), -1, -1)
        return torch.cat([shared, ours], 1)

    keys, values = all_of(layer.key(answer), key), all_of(layer.value(answer), value)
    away = functional.pad(_away(is_piece, answer), (keys.shape[1] - answer.shape[1], 0))
    looked = attend(heads(layer.query(answer)), heads(keys), heads(values), away)
    return layer.behind(told, alone), layer.behind(answer, looked)


def _away(is_piece: Tensor, like: Tensor) -> Tensor:
    """Return what keeps attention off filling, to be added to its logits."""
    return (~is_piece[:, None, None, :]).to(like.dtype) * NOT_SEEN


def main() -> None:
    """Train, measure on the fold that is not learnt from, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train_reader", description=__doc__)
    parser.add_argument("base", type=Path, help="model.onnx of all-MiniLM-L6-v2 in 32 bits")
    parser.add_argument("--ragtruth", type=Path, required=True, metavar="TRAIN.jsonl")
    parser.add_argument("--scifact", type=Path, required=True, metavar="ZIP")
    parser.add_argument("--text", type=Path, nargs="*", default=[Path("corpus")], metavar="FOLDER")
    chosen = parser.parse_args()
    torch.manual_seed(SEED)
    found = examples(chosen.ragtruth, chosen.scifact, chosen.text, made=MADE)
    pages = list(read_pages(list(read_examples(found))))
    model = AnswerReader()
    model.start_from(chosen.base)
    train(model, lessons([one for one in pages if fold(one.group) != UNREAD]), random.Random(SEED))
    tell(model, lessons([one for one in pages if fold(one.group) == UNREAD]))
    save(model)


def lessons(pages: Sequence[PageExample]) -> list[Lesson]:
    """Return the pages, those over the same passages together."""

    def told(one: PageExample) -> tuple[str, bytes]:
        return one.group, one.page.told.tobytes()

    groups = [list(alike) for _, alike in groupby(sorted(pages, key=told), key=told)]
    cuts = [(alike, at) for alike in groups for at in range(0, len(alike), MOST_TOGETHER)]
    return [_lesson(alike[at : at + MOST_TOGETHER]) for alike, at in cuts]


def _lesson(pages: Sequence[PageExample]) -> Lesson:
    rows = [one.page.answer[0] for one in pages]
    length = max(map(len, rows))
    ends = [(1, length - len(row) + 1) for row in rows]
    signs = [
        np.pad(one.page.signs[0], ((0, after - 1), (0, 0)))
        for one, (_, after) in zip(pages, ends, strict=True)
    ]
    return Lesson(
        source=pages[0].source,
        told=torch.from_numpy(pages[0].page.told),
        kinds=torch.from_numpy(pages[0].page.kinds),
        answers=padded([row.tolist() for row in rows]),
        signs=torch.from_numpy(np.stack(signs)),
        wrong=_rows([one.wrong for one in pages], ends),
        own=_rows([np.ones_like(one.wrong) for one in pages], ends),
        claims=[[(torch.from_numpy(pieces + 1), bad) for pieces, bad in one.claims] for one in pages],
    )


def _rows(found: Sequence[Signs], ends: Sequence[tuple[int, int]]) -> Tensor:
    rows = [np.pad(row, end).astype(np.float32) for row, end in zip(found, ends, strict=True)]
    return torch.from_numpy(np.stack(rows))


def train(model: AnswerReader, found: Sequence[Lesson], draw: random.Random) -> None:
    """Learn; the model ends as the running mean of what it was."""
    learning = [one for one in model.parameters() if one.requires_grad]
    new = [*model.role.parameters(), *model.signs.parameters(), *model.judge.parameters()]
    old = [one for one in learning if all(one is not other for other in new)]
    groups = [{"params": old}, {"params": new, "lr": LEARNING_RATE * HEAD_FASTER}]
    optimiser = torch.optim.AdamW(groups, LEARNING_RATE, weight_decay=0.01)
    epochs = [list(_steps(found, draw)) for _ in range(EPOCHS)]
    total = sum(map(len, epochs))
    pace = paced(optimiser, warm_up=WARM_UP, steps=total, least=LEAST_RATE)
    mean, done = [one.detach().clone() for one in learning], 0
    model.train()
    for number, steps in enumerate(epochs, start=1):
        for step in track(steps, f"epoch {number} of {EPOCHS}"):
            with torch.autocast("cpu", torch.bfloat16):
                loss = torch.stack([_loss(model, one) for one in step]).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            pace.step()
            done += 1
            with torch.no_grad():
                for kept, one in zip(mean, learning, strict=True):
                    kept.lerp_(one, 1 - min(KEPT, (1 + done) / (10 + done)))
    with torch.no_grad():
        for kept, one in zip(mean, learning, strict=True):
            one.copy_(kept)


def _steps(found: Sequence[Lesson], draw: random.Random) -> Iterator[list[Lesson]]:
    """Yield the lessons of an epoch in random order, as many a step as have its word pieces."""
    taken = [one for one in found if draw.random() < SHARE.get(one.source, 1.0)]
    draw.shuffle(taken)
    step: list[Lesson] = []
    for one in taken:
        step.append(one)
        if sum(lesson.size for lesson in step) >= STEP_PIECES:
            yield step
            step = []
    if step:
        yield step


def _loss(model: AnswerReader, lesson: Lesson) -> Tensor:
    logits = model(lesson.told, lesson.kinds, lesson.answers, lesson.signs)
    pieces = functional.binary_cross_entropy_with_logits(
        logits[..., 0], lesson.wrong, reduction="none", pos_weight=torch.tensor(RARE)
    )
    found, labels = _claims(logits, lesson)
    wanted = labels * (1 - SMOOTHING) + SMOOTHING / 2
    loss = (pieces * lesson.own).sum() / lesson.own.sum()
    loss = loss + functional.binary_cross_entropy_with_logits(found, wanted)
    share = min(1.0, len(labels) / _USUAL_CLAIMS) * min(1.0, lesson.size / _USUAL_PIECES)
    return loss * share * WEIGHT[lesson.source]


def _claims(logits: Tensor, lesson: Lesson) -> tuple[Tensor, Tensor]:
    """Return the logits and the labels of all claims."""
    found, labels = [], []
    for row, claims in zip(logits, lesson.claims, strict=True):
        for pieces, is_wrong in claims:
            found.append(torch.softmax(row[pieces, 1], 0) @ row[pieces, 2])
            labels.append(float(is_wrong))
    return torch.stack(found), torch.tensor(labels)


def tell(model: AnswerReader, found: Sequence[Lesson]) -> None:
    """Print how well claims that were not learnt from are told, by set."""
    model.eval()
    sets: dict[str, tuple[list[bool], list[float]]] = {}
    with torch.no_grad():
        for one in track(found, "measuring"):
            logits, labels = _claims(model(one.told, one.kinds, one.answers, one.signs), one)
            into = sets.setdefault(one.source, ([], []))
            into[0].extend(map(bool, labels.tolist()))
            into[1].extend(logits.tolist())
    for source, (bad, risks) in sorted(sets.items()):
        sys.stdout.write(f"{source}: {len(bad)} claims not learnt from, AUROC {auroc(bad, risks):.3f}\n")


def save(model: AnswerReader) -> None:
    """Write the weights in 8 bits, for one answer at a time."""
    ids = torch.tensor([[101, 2009, 102], [101, 102, 0]])
    inputs = {
        "told": ids, "kinds": torch.tensor([1, 0]), "answer": ids[:1], "signs": torch.zeros(1, 3, SIGNS)
    }  # fmt: skip
    axes = {
        "told": {0: "n_told", 1: "n_pieces"}, "kinds": {0: "n_told"}, "answer": {1: "n_answer"},
        "signs": {1: "n_answer"}, "logits": {1: "n_answer"},
    }  # fmt: skip
    write(model, TARGET, inputs=inputs, output="logits", axes=axes)


if __name__ == "__main__":
    main()
