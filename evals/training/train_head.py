"""`make train`: train the late interaction head on frozen hidden states, and write it.

The embedder stays as it is; only a projection of its hidden states and the importance of a question's words
are learnt, by telling the section that answers a question from the others of the batch. Runs on a CPU in
minutes. Needs torch, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from coach.settings import Settings
from evals.golden import GoldenItem, load_golden
from ingest.contract import Section
from ingest.embed import Embedder
from ingest.store import open_store
from ingest.store.port import Build

OUT = Path("ingest/heads/minilm-l6-head-1.npz")
TOKEN_DIMENSION = 128
EPOCHS = 3
BATCH = 32
LEARNING_RATE = 1e-3
TEMPERATURE = 0.03
HARD_NEGATIVES = 2
HARD_AMONG = 14
CHUNKS_A_SECTION = 3
SEED = 1


@dataclass(frozen=True, slots=True)
class Passages:
    """Hidden states of chunks, float16 (n_tokens, dim) each, and the section of each."""

    states: list[Tensor]
    sections: list[int]

    def of(self, section: int, *, limit: int) -> list[int]:
        """Return at most `limit` chunks of a section, drawn at random."""
        own = [place for place, one in enumerate(self.sections) if one == section]
        return random.sample(own, min(limit, len(own)))


@dataclass(frozen=True, slots=True)
class Question:
    """Hidden states of a question and the sections that answer it."""

    states: Tensor
    answers: frozenset[int]


class LateInteraction(nn.Module):  # type: ignore[misc]  # torch is not installed where this is checked
    """The head: a projection, and a logit a word for its importance."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.projection = nn.Linear(dimension, TOKEN_DIMENSION, bias=False)
        self.importance = nn.Linear(dimension, 1, bias=False)
        nn.init.zeros_(self.importance.weight)

    def begin_with(self, states: Tensor) -> None:
        """Start from the directions that hold most of the states' length (n, dim)."""
        _, _, directions = torch.linalg.svd(functional.normalize(states, dim=-1), full_matrices=False)
        with torch.no_grad():
            self.projection.weight.copy_(directions[:TOKEN_DIMENSION])

    def forward(self, questions: Sequence[Tensor], passages: Sequence[Tensor]) -> Tensor:
        """Return the scores (n_questions, n_passages): the importance-weighted best match of each word."""
        asked, asked_mask = _padded(questions)
        told, told_mask = _padded(passages)
        shares = self.importance(asked).squeeze(-1).masked_fill(~asked_mask, -1e4).softmax(dim=1)
        left = functional.normalize(self.projection(asked), dim=-1)
        right = functional.normalize(self.projection(told), dim=-1)
        matches = torch.einsum("qad,cbd->qcab", left, right).masked_fill(~told_mask[None, :, None, :], -9.0)
        return (matches.amax(dim=-1) * shares[:, None, :]).sum(dim=-1)


def main() -> None:
    """Train on questions of several collections and write the head."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train_head", description=__doc__)
    parser.add_argument("questions", nargs="+", metavar="FILE=COLLECTION")
    chosen = parser.parse_args()
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002 - torch and random are seeded globally too
    torch.manual_seed(SEED)
    settings = Settings()
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    passages, questions = Passages([], []), list[Question]()
    for pair in chosen.questions:
        file, _, collection = pair.partition("=")
        build = open_store(settings).open(collection)
        read(build, load_golden(Path(file)), embedder, passages, questions)
        build.close()
    print(f"{len(questions)} questions, {len(passages.states)} chunks, {max(passages.sections) + 1} sections")
    head = train(passages, questions)
    arrays = {
        "projection": head.projection.weight.detach().numpy().T.astype(np.float16),
        "importance": head.importance.weight.detach().numpy()[0].astype(np.float16),
    }
    np.savez(OUT, projection=arrays["projection"], importance=arrays["importance"])


def read(
    build: Build,
    items: Sequence[GoldenItem],
    embedder: Embedder,
    passages: Passages,
    questions: list[Question],
) -> None:
    """Append a collection's chunks and its questions, as hidden states."""
    first = max(passages.sections, default=-1) + 1
    sections = [one for entry in build.manifest.documents for one in build.document(entry.name).sections]
    number = {section.id: first + place for place, section in enumerate(sections)}
    for chunk in build.chunks(sorted(build.chunk_ids())).values():
        passages.states.append(_states(embedder, f"{chunk.lead}\n{chunk.plain}"))
        passages.sections.append(number[chunk.section_id])
    held = set(passages.sections)
    for item in items:
        answers = {number[section.id] for section in sections if _answers(item, section)} & held
        if answers:
            questions.append(Question(_states(embedder, item.query), frozenset(answers)))


def _answers(item: GoldenItem, section: Section) -> bool:
    for one in item.relevant:
        if one.document != section.document:
            continue
        if one.heading == section.heading:
            return True
        if one.start is not None and one.end is not None and one.start <= section.start < one.end:
            return True
    return False


def train(passages: Passages, questions: Sequence[Question]) -> LateInteraction:
    """Return a trained head."""
    head = LateInteraction(passages.states[0].shape[1])
    sample = torch.cat(passages.states[:: max(len(passages.states) // 300, 1)]).float()
    head.begin_with(sample[torch.randperm(len(sample))[:20000]])
    harder = _hardest(passages, questions)
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    for epoch in range(EPOCHS):
        began, losses = time.perf_counter(), list[float]()
        order = np.random.permutation(len(questions))  # noqa: NPY002
        for start in range(0, len(order), BATCH):
            chosen = [int(place) for place in order[start : start + BATCH]]
            loss = _loss(head, passages, [questions[one] for one in chosen], [harder[one] for one in chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss))
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.perf_counter() - began:.0f} s", flush=True
        )
    return head


def _hardest(passages: Passages, questions: Sequence[Question]) -> list[list[int]]:
    """Return for each question the sections that the embedder alone takes for answers and that are none."""
    told = torch.stack([functional.normalize(one.float().mean(0), dim=-1) for one in passages.states])
    asked = torch.stack([functional.normalize(one.states.float().mean(0), dim=-1) for one in questions])
    own = torch.tensor(passages.sections)
    best = torch.full((len(questions), int(own.max()) + 1), -1.0)
    best = best.scatter_reduce(1, own.expand(len(questions), -1), asked @ told.T, "amax")
    ranked = best.argsort(dim=1, descending=True)[:, : HARD_AMONG * 2].tolist()
    return [
        [section for section in row if section not in question.answers][:HARD_AMONG]
        for row, question in zip(ranked, questions, strict=True)
    ]


def _loss(
    head: LateInteraction, passages: Passages, questions: Sequence[Question], harder: Sequence[Sequence[int]]
) -> Tensor:
    sections: list[int] = []
    for question, others in zip(questions, harder, strict=True):
        sections.append(random.choice(sorted(question.answers)))
        sections += random.sample(list(others), HARD_NEGATIVES)
    sections = list(dict.fromkeys(sections))
    chunks = [
        (place, one) for place, s in enumerate(sections) for one in passages.of(s, limit=CHUNKS_A_SECTION)
    ]
    scores = head([one.states for one in questions], [passages.states[one] for _, one in chunks])
    own = torch.tensor([place for place, _ in chunks]).expand(len(questions), -1)
    by_section = torch.full((len(questions), len(sections)), -10.0).scatter_reduce(1, own, scores, "amax")
    right = torch.tensor([[section in one.answers for section in sections] for one in questions])
    chances = functional.log_softmax(by_section / TEMPERATURE, dim=1).masked_fill(~right, -1e4)
    return -chances.logsumexp(dim=1).mean()


def _states(embedder: Embedder, text: str) -> Tensor:
    return torch.from_numpy(embedder.hidden_states(text).astype(np.float16))


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    padded = nn.utils.rnn.pad_sequence([row.float() for row in rows], batch_first=True)
    mask = torch.arange(padded.shape[1])[None, :] < torch.tensor([len(row) for row in rows])[:, None]
    return padded, mask


if __name__ == "__main__":
    main()
