"""Fine-tune what has the second look at sentences that may speak to an AI: `make fit-steering BASE=...`.

A MiniLM whose lowest layers stay as they are; the mean of its states gives one number a sentence. Of the
sentences of pages each epoch takes some at random and some that sound most like orders to the first look.
Needs torch and onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from evals.training.minilm import DIM, NOT_SEEN, MiniLM, paced, padded, write

EPOCHS, STEP_PIECES = 3.5, 1600
LEARNING_RATE, HEAD_RATE, WARM_UP, LEAST_RATE = 1.5e-4, 1e-3, 80, 0.03
KEPT = 0.99
"""The weights that are written are a running mean; this much of it stays at each step."""
SMOOTHING = 0.04
"""No label is quite certain."""
NEAR_POOL, NEAR, ANY = 18_000, 4_500, 4_500
"""An epoch takes so many of the pages' sentences that sound most like orders, and so many of all."""
SEED = 0


class Lesson(NamedTuple):
    """A sentence as word pieces with marks, whether it steers, and how much it counts."""

    pieces: list[int]
    steers: bool
    weight: float


class Judge(MiniLM):
    """One number a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.judge = nn.Linear(DIM, 1)

    def forward(self, pieces: Tensor) -> Tensor:
        """Return float32 (n,) for sentences int64 (n, length), filled up with 0."""
        is_piece = pieces != 0
        places = self.places(torch.arange(pieces.shape[1]))[None]
        states = self.norm(self.words(pieces) + places + self.kinds.weight[0])
        away = (~is_piece[:, None, None, :]).to(states.dtype) * NOT_SEEN
        for layer in self.layers:
            states = layer(states, away)
        share = is_piece.to(states.dtype)[:, :, None]
        mean = (states * share).sum(1) / share.sum(1)
        return self.judge(self.drop(mean))[:, 0]


def train(told: Sequence[Lesson], pages: Sequence[Lesson], base: Path, target: Path) -> None:
    """Train a network, and write it in 8 bits.

    Args:
        told: What was written for this, and questions of users.
        pages: Sentences of honest pages, those that sound most like orders first.
        base: `model.onnx` of all-MiniLM-L6-v2 in 32 bits.
        target: The file that is written.
    """
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    model = Judge()
    model.start_from(base)
    learnt = {name: one for name, one in model.named_parameters() if one.requires_grad}
    head = [one for name, one in learnt.items() if name.startswith("judge")]
    body = [one for name, one in learnt.items() if not name.startswith("judge")]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": LEARNING_RATE}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01
    )
    steps = [batch for _ in range(int(EPOCHS + 1)) for batch in _epoch(told, pages, draw)]
    steps = steps[: int(len(steps) * EPOCHS / int(EPOCHS + 1))]
    schedule = paced(optimiser, warm_up=WARM_UP, steps=len(steps), least=LEAST_RATE)
    kept = {name: one.detach().clone() for name, one in learnt.items()}
    model.train()
    for batch in track(steps, "training"):
        wanted = torch.tensor([one.steers for one in batch]).float() * (1 - SMOOTHING) + SMOOTHING / 2
        weight = torch.tensor([one.weight for one in batch])
        loss = functional.binary_cross_entropy_with_logits(
            model(padded([one.pieces for one in batch])), wanted, weight
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learnt.values(), 1.0)
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            for name, one in learnt.items():
                kept[name].mul_(KEPT).add_(one, alpha=1 - KEPT)
    with torch.no_grad():
        for name, one in learnt.items():
            one.copy_(kept[name])
    model.eval()
    write(
        model,
        target,
        inputs={"pieces": padded([one.pieces for one in told[:3]])},
        output="odds",
        axes={"pieces": {0: "sentences", 1: "length"}, "odds": {0: "sentences"}},
    )


def _epoch(told: Sequence[Lesson], pages: Sequence[Lesson], draw: random.Random) -> list[list[Lesson]]:
    near = pages[:NEAR_POOL]
    chosen = [*told, *draw.sample(near, min(NEAR, len(near))), *draw.sample(pages, min(ANY, len(pages)))]
    chosen.sort(key=lambda one: len(one.pieces) + 6 * draw.random())
    batches: list[list[Lesson]] = [[]]
    for one in chosen:
        if (len(batches[-1]) + 1) * len(one.pieces) > STEP_PIECES and batches[-1]:
            batches.append([])
        batches[-1].append(one)
    draw.shuffle(batches)
    return batches
