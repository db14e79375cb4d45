"""The head of `coach.faithfulness.head` in torch, and its training; the product itself needs no torch."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from coach.faithfulness.arrays import Reals, Signs, Stored
from coach.faithfulness.head import SIGNS
from evals.training.read_examples import PieceExample

DIMENSION = 384
LOOK = 64
WIDTH = 80
POOL = 48
KERNEL = 5
EPOCHS = 4
BATCH_PIECES = 6000
LEARNING_RATE = 2e-3
# A piece that is unfaithful counts this much more: they are few.
_RARE = 2.0
_LOWEST = -30.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A piece example with the labels of its claims, and how much it counts."""

    pieces: PieceExample
    claims: Signs
    weight: float


class PieceHead(nn.Module):  # type: ignore[misc]  # torch is not installed where this is checked
    """Compares each word piece with what it found, looks around, and judges pieces and claims."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Linear(DIMENSION, LOOK)
        self.compare = nn.Linear(5 * LOOK + SIGNS, WIDTH)
        self.around = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2) for _ in range(2))
        self.piece = nn.Linear(WIDTH, 1)
        self.pool = nn.Linear(2 * WIDTH + 2, POOL)
        self.claim = nn.Linear(POOL, 1)
        self.drop = nn.Dropout(0.15)

    def forward(self, rows: Tensor, inside: Tensor, owners: Tensor, n_claims: int) -> tuple[Tensor, Tensor]:
        """Return the logits of pieces (batch, n) and of claims (n_claims,).

        Args:
            rows: Aligned rows side by side, (batch, n, 3 dim + SIGNS).
            inside: Whether there is a piece, (batch, n).
            owners: The claim of each piece, -1 for none, (batch, n).
            n_claims: How many claims the batch has.
        """
        own, anywhere, nearby, signs = rows.split((DIMENSION, DIMENSION, DIMENSION, SIGNS), dim=2)
        own, anywhere, nearby = self.look(own), self.look(anywhere), self.look(nearby)
        beside = ((own - anywhere).abs(), own * anywhere, (own - nearby).abs(), own * nearby)
        pieces = self.drop(_gelu(self.compare(torch.cat([own, *beside, signs], dim=2))))
        for layer in self.around:
            held = (pieces * inside[..., None]).transpose(1, 2)
            pieces = pieces + self.drop(_gelu(layer(held).transpose(1, 2)))
        logits = self.piece(pieces)[..., 0]
        told = owners >= 0
        return logits, self._claims(pieces[told], logits[told], owners[told], n_claims)

    def _claims(self, pieces: Tensor, logits: Tensor, owners: Tensor, n_claims: int) -> Tensor:
        count = torch.zeros(n_claims).index_add_(0, owners, torch.ones(len(owners))).clamp(min=1)
        mean = torch.zeros(n_claims, WIDTH).index_add_(0, owners, pieces) / count[:, None]
        rows = owners[:, None].expand(-1, WIDTH)
        most = torch.full((n_claims, WIDTH), _LOWEST).scatter_reduce(0, rows, pieces, "amax")
        top = torch.full((n_claims,), _LOWEST).scatter_reduce(0, owners, logits, "amax")
        share = torch.zeros(n_claims).index_add_(0, owners, logits) / count
        inner = _gelu(self.pool(torch.cat([mean, most, top[:, None], share[:, None]], dim=1)))
        found: Tensor = self.claim(inner)[:, 0] + top
        return found


def _gelu(values: Tensor) -> Tensor:
    return functional.gelu(values, approximate="tanh")


def train(examples: Sequence[Labelled], *, seed: int, epochs: int = EPOCHS) -> dict[str, Stored]:
    """Return the arrays of a trained head, half floats."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    head = PieceHead()
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    steps, step = len(_batches(examples, rng)) * epochs, 0
    for epoch in range(epochs):
        began, losses = time.perf_counter(), list[float]()
        for batch in _batches(examples, rng):
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 100) * _cosine(step / steps)
            loss = _loss(head, batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
            step += 1
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.perf_counter() - began:.0f} s", flush=True
        )
    return {name: value.numpy().astype(np.float16) for name, value in head.state_dict().items()}


def _cosine(share: float) -> float:
    return 0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * share))


def _batches(examples: Sequence[Labelled], rng: random.Random) -> list[list[Labelled]]:
    """Return the examples in batches of like length, in random order."""
    order = list(examples)
    rng.shuffle(order)
    batches: list[list[Labelled]] = []
    for first in range(0, len(order), 512):
        batch: list[Labelled] = []
        for one in sorted(order[first : first + 512], key=lambda one: len(one.pieces.labels)):
            if batch and (len(batch) + 1) * len(one.pieces.labels) > BATCH_PIECES:
                batches.append(batch)
                batch = []
            batch.append(one)
        batches.append(batch)
    rng.shuffle(batches)
    return batches


def _loss(head: PieceHead, batch: Sequence[Labelled]) -> Tensor:
    longest = max(len(one.pieces.labels) for one in batch)
    rows = torch.zeros(len(batch), longest, 3 * DIMENSION + SIGNS)
    inside = torch.zeros(len(batch), longest)
    owners = torch.full((len(batch), longest), -1)
    labels = torch.zeros(len(batch), longest)
    claims: list[Signs] = []
    weights: list[Reals] = []
    for place, one in enumerate(batch):
        length = len(one.pieces.labels)
        rows[place, :length] = torch.from_numpy(np.concatenate(one.pieces.aligned, axis=1).astype(np.float32))
        inside[place, :length] = one.weight
        labels[place, :length] = torch.from_numpy(one.pieces.labels.astype(np.float32))
        first = sum(map(len, claims))
        for number, (start, end) in enumerate(one.pieces.pieces):
            owners[place, start:end] = first + number
        claims.append(one.claims)
        weights.append(np.full(len(one.claims), one.weight, dtype=np.float32))
    wanted = torch.from_numpy(np.concatenate(claims).astype(np.float32))
    by_piece, by_claim = head(rows, (inside > 0).float(), owners, len(wanted))
    mask = inside * (owners >= 0)
    piece = functional.binary_cross_entropy_with_logits(
        by_piece, labels, reduction="none", pos_weight=torch.tensor(_RARE)
    )
    claim = functional.binary_cross_entropy_with_logits(by_claim, wanted, reduction="none")
    counted = torch.from_numpy(np.concatenate(weights))
    return (piece * mask).sum() / mask.sum().clamp(min=1) + (claim * counted).sum() / counted.sum().clamp(
        min=1
    )
