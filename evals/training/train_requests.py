"""`make train-requests`: fine-tune what reads a recruiter's request piece by piece.

A whole MiniLM reads the request: its word vectors and first two layers stay as they are, the others learn
what each number is, which words for a level are said of the person sought, what a clause rules out and what
it is about, and the level of the whole. With `--held-out` it learns from two thirds of the authors, and what
it makes of the others' requests is measured beside the regressions and with them. A quarter of an hour on two
CPU cores. Needs torch and onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from coach.coach import Coach
from coach.recruit.read_competencies import CompetencyReader
from coach.recruit.read_level import WHOLE_LEVELS
from coach.recruit.read_mentions import ROLES
from coach.recruit.read_rulings import RULINGS, candidates
from coach.recruit.read_text import Clause, Placed, clauses
from coach.recruit.recruiter import Recruiter
from coach.recruit.request_network import LOGITS, PARTS, TOPICS, WINDOW, Part, PieceLogits
from coach.settings import Settings
from coach.word_pieces import ENDS, OPENS, WordPieces, cut
from evals.training.fit_requests import CLAUSES, DATA, tell, tell_levels
from evals.training.fit_rulings import ruling_places
from evals.training.measure_requests import measure
from evals.training.minilm import DIM, NOT_SEEN, MiniLM, batches_by_length, paced, padded, write
from evals.training.requests import Request, load
from ingest.analysis import terms

TARGET = Path(__file__).parents[2] / "coach" / "recruit" / "weights" / "requests.onnx"
EPOCHS, BATCH, LEARNING_RATE, HEAD_RATE, WARM_UP, SMOOTHING = 9, 16, 3e-4, 2e-3, 40, 0.03
HIDDEN = 0.06
"""So many of the pieces are hidden from the network, lest it learn texts by heart."""
MASK, FIRST_WORD = 103, 110
"""The mark [MASK] of the vocabulary; lower numbers than the other are marks."""
RULING_COUNTS = torch.tensor([0.4, *(1.5,) * (len(RULINGS) - 1)])
"""Most clauses rule nothing."""
TOPIC_RARE: dict[Part, float] = {"topic": 5.0, "avoided": 8.0}
TOPIC_COUNTS = 4.0
"""Of clauses most are of no one topic, and the mean is over all topics."""
HELD_OUT = 3
"""One author in so many is measured and not learnt from."""
SEED = 0


class Mark(NamedTuple):
    """What the pieces from `start` to `end` are: the place of their class in its part, or a bit for each."""

    part: Part
    start: int
    end: int
    place: int | list[float]


class Example(NamedTuple):
    """A request as pieces between marks, with what is known of them."""

    request: Request
    pieces: WordPieces
    marks: list[Mark]

    @property
    def ids(self) -> list[int]:
        """As the network reads it."""
        return [OPENS, *self.pieces.ids, ENDS]


class RequestNetwork(MiniLM):
    """A MiniLM with the logits of every part for each piece."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(DIM, LOGITS)

    def forward(self, pieces: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the logits (n, length, `LOGITS`) of requests, both (n, length)."""
        places = torch.arange(pieces.shape[1])
        states = self.norm(self.words(pieces) + self.places(places)[None] + self.kinds.weight[0])
        seen = torch.ones_like(pieces) if mask is None else mask
        away = (1.0 - seen[:, None, None, :].float()) * NOT_SEEN
        for layer in self.layers:
            states = layer(states, away)
        return self.head(self.drop(states))


def main() -> None:
    """Train on all authors and write the weights, or train without some of them and measure on these."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train_requests", description=__doc__)
    parser.add_argument("base", type=Path, help="model.onnx of all-MiniLM-L6-v2 in 32 bits")
    parser.add_argument("--held-out", action="store_true", help="measure on a third of the authors instead")
    chosen = parser.parse_args()
    with Coach(Settings()) as coach:
        about = CompetencyReader(Recruiter(coach).pool, coach.embed).about
    examples = [example(one, about) for one in track([*load(DATA), *load(CLAUSES)], "reading")]
    if chosen.held_out:
        authors = sorted({one.request.author for one in examples})
        random.Random(SEED).shuffle(authors)
        away = set(authors[::HELD_OUT])
        network = trained([one for one in examples if one.request.author not in away], chosen.base)
        held = {one.request.text: read(network, one) for one in examples if one.request.author in away}
        with Coach(Settings()) as coach:
            measure([one.request for one in examples], away, held.__getitem__, coach.embed)
        return
    network = trained(examples, chosen.base)
    pieces = torch.ones((1, 8), dtype=torch.long)
    axes = {name: {1: "length"} for name in ("pieces", "logits")}
    write(network, TARGET, inputs={"pieces": pieces}, output="logits", axes=axes)


def example(request: Request, about: Mapping[str, str]) -> Example:
    """Return a request with what its author said of it; of more than a window, the first window's.

    Args:
        request: Read and labelled.
        about: The topic of each competency.
    """
    pieces = cut(request.text, WINDOW)
    found = candidates(request.text)
    told: list[tuple[Part, Placed, int | list[float]]] = [
        ("ruling", clause, place) for clause, place in zip(found, ruling_places(request, found), strict=True)
    ]
    if "level" in request.labels:  # a whole request, not a passage
        numbers, levels = tell(request), tell_levels(request)
        roles = map(ROLES.index, numbers.roles)
        told += [("number", *one) for one in zip(numbers.mentions, roles, strict=True)]
        told += [("level", *one) for one in zip(levels.cues, levels.meant, strict=True)]
        told += [("topic", *one) for one in spoken_topics(request, about, "competencies")]
    told += [("avoided", *one) for one in spoken_topics(request, about, "avoid")]
    marks = [
        Mark(part, *span, place)
        for part, one, place in told
        if (span := _touched(pieces, one.start, one.end))
    ]
    if "level" in request.labels:
        place = WHOLE_LEVELS.index(request.labels["level"])
        marks.append(Mark("whole", 1, 1 + len(pieces.ids), place))
    return Example(request, pieces, marks)


def spoken_topics(
    request: Request, about: Mapping[str, str], label: str
) -> Iterator[tuple[Clause, list[float]]]:
    """Yield the clauses of a request with a bit for each of `TOPICS`, by the words named for it."""
    found = [clause for clause in clauses(request.text) if terms(clause.said)]
    bits = np.zeros((len(found), len(TOPICS)))
    for name, phrases in request.words_by_name(label).items():
        for phrase in phrases if name in about else ():  # a kind is ruled out as well
            bits[request.touched(phrase, found), TOPICS.index(about[name])] = 1.0
    yield from zip(found, bits.tolist(), strict=True)


def _touched(pieces: WordPieces, start: int, end: int) -> tuple[int, int] | None:
    """Return from which piece to which a span reaches, counted with the first mark."""
    hit = [at for at, (opens, ends) in enumerate(pieces.places, start=1) if opens < end and start < ends]
    return (hit[0], hit[-1] + 1) if hit else None


def trained(examples: Sequence[Example], base: Path) -> RequestNetwork:
    """Return a network that has learnt from examples."""
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    network = RequestNetwork()
    network.start_from(base)
    head = list(network.head.parameters())
    body = [one for one in network.parameters() if one.requires_grad and not any(one is own for own in head)]
    rates = [{"params": body, "lr": LEARNING_RATE}, {"params": head, "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(rates, weight_decay=0.01)
    steps = EPOCHS * (len(examples) // BATCH + 1)
    pace = paced(optimiser, warm_up=WARM_UP, steps=steps)
    network.train()
    for epoch in range(EPOCHS):
        batches = list(batches_by_length(examples, lambda one: len(one.pieces.ids), BATCH, draw))
        for batch in track(batches, f"epoch {epoch + 1} of {EPOCHS}"):
            loss = _loss(network, batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*body, *head], 1.0)
            optimiser.step()
            pace.step()
    network.eval()
    return network


def _loss(network: RequestNetwork, batch: Sequence[Example]) -> Tensor:
    """Return the sum over the parts of the mean cross-entropy of their marks."""
    ids = padded([one.ids for one in batch])
    hidden = (torch.rand(ids.shape) < HIDDEN) & (ids >= FIRST_WORD)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(torch.where(hidden, MASK, ids), (ids != 0).long()).float()
    sums = functional.pad(logits.cumsum(1), (0, 0, 1, 0))
    marked: dict[Part, list[tuple[int, Mark]]] = defaultdict(list)
    for row, one in enumerate(batch):
        for mark in one.marks:
            marked[mark.part].append((row, mark))
    loss = torch.zeros(())
    for part, found in marked.items():
        rows, starts, ends = torch.tensor([(row, mark.start, mark.end) for row, mark in found]).T
        means = ((sums[rows, ends] - sums[rows, starts]) / (ends - starts)[:, None])[:, PARTS[part]]
        loss = loss + _loss_of(part, means, [mark.place for _, mark in found])
    return loss


def _loss_of(part: Part, logits: Tensor, places: Sequence[int | list[float]]) -> Tensor:
    """Return the mean loss of a part's marks, for logits (n_marks, n_classes)."""
    if part in TOPIC_RARE:
        bits, rare = torch.tensor(places), torch.full((len(TOPICS),), TOPIC_RARE[part])
        loss = functional.binary_cross_entropy_with_logits(logits, bits, pos_weight=rare)
        return TOPIC_COUNTS * loss
    counts = RULING_COUNTS if part == "ruling" else None
    return functional.cross_entropy(logits, torch.tensor(places), weight=counts, label_smoothing=SMOOTHING)


def read(network: RequestNetwork, one: Example) -> PieceLogits:
    """Return what a network makes of a request."""
    with torch.no_grad():
        logits = network(torch.tensor([one.ids]))[0, 1:-1].numpy()
    starts, ends = np.array(one.pieces.places, dtype=np.int64).reshape(-1, 2).T
    return PieceLogits(logits, starts, ends)


if __name__ == "__main__":
    main()
