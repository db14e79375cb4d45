"""`make train-points`: fine-tune what reads a point of a rubric and a candidate's words together.

A whole MiniLM is turned into a cross-encoder: its word vectors and first two layers stay as they are, the
others learn to tell words that meet a point from those that half meet it, pass it over or turn it round.
Words said of other points of the page pass it over. About half an hour on two CPU cores. Needs torch and
onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from rich.progress import track
from sklearn.metrics import f1_score, roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from coach.coach import Coach
from coach.practice.grade import VERDICTS, PointVerdict
from coach.practice.point_reader import Pieces, Tokenisation
from coach.settings import Settings

DATA = Path(__file__).parent / "points.jsonl"
TARGET = Path(__file__).parents[2] / "coach" / "practice" / "weights" / "points.onnx"
DIM, HEADS, INNER, WORDS, PLACES, LAYERS = 384, 12, 1536, 30522, 512, 6
FROZEN_LAYERS = 2
EPOCHS, BATCH, LEARNING_RATE, WARM_UP, SMOOTHING, DROPOUT = 3, 32, 2e-4, 60, 0.05, 0.1
OTHERS = 2
"""So many words said of other points of the page stand for passing this one over."""
HELD_OUT = 10
"""One page in so many is measured and not learnt from."""
SEED = 0
_NAMES = {
    "attn.q_proj": "query", "attn.k_proj": "key", "attn.v_proj": "value", "attn.o_proj": "out",
    "mlp.fc1": "inner", "mlp.fc2": "outer",
}  # fmt: skip
_NORMS = {"attention_output_norm_layernorm": "norm_attention", "mlp_output_norm_layernorm": "norm_inner"}


class Pair(NamedTuple):
    """A point and words, and the place of their label in `VERDICTS`."""

    pieces: Pieces
    label: int


class Layer(nn.Module):  # type: ignore[misc]  # torch is not installed where this is checked
    """A layer of BERT, with attention written out so that it can be exported."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(DIM, DIM) for _ in range(4))
        self.inner, self.outer = nn.Linear(DIM, INNER), nn.Linear(INNER, DIM)
        self.norm_attention, self.norm_inner = (nn.LayerNorm(DIM, eps=1e-12) for _ in range(2))
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor, away: Tensor) -> Tensor:
        """Return the states (n, length, dim) behind this layer; `away` is added to each attention logit."""
        rows, length, _ = states.shape
        query, key, value = (
            made(states).view(rows, length, HEADS, DIM // HEADS).transpose(1, 2)
            for made in (self.query, self.key, self.value)
        )
        weights = torch.softmax(query @ key.transpose(-1, -2) / (DIM / HEADS) ** 0.5 + away, -1)
        mixed = (weights @ value).transpose(1, 2).reshape(rows, length, DIM)
        states = self.norm_attention(states + self.drop(self.out(mixed)))
        inner = functional.gelu(self.inner(states))
        return self.norm_inner(states + self.drop(self.outer(inner)))


class CrossEncoder(nn.Module):  # type: ignore[misc]
    """A MiniLM over pairs, and the chances of each label from its first state and the mean over the words."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.kinds = (nn.Embedding(size, DIM) for size in (WORDS, PLACES, 2))
        self.norm = nn.LayerNorm(DIM, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.pool, self.labels = nn.Linear(2 * DIM, DIM), nn.Linear(DIM, len(VERDICTS))
        self.drop = nn.Dropout(DROPOUT)

    def logits(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> Tensor:
        """Return the logits (n, 4) of pairs, all three (n, length)."""
        places = torch.arange(ids.shape[1])
        states = self.norm(self.words(ids) + self.places(places)[None] + self.kinds(kinds))
        away = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            states = layer(states, away)
        said = (kinds * mask).unsqueeze(-1).float()
        mean = (states * said).sum(1) / said.sum(1).clamp(min=1)
        return self.labels(self.drop(torch.tanh(self.pool(torch.cat([states[:, 0], mean], -1)))))

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the chances (n, 4), as the exported weights do."""
        return torch.softmax(self.logits(input_ids, token_type_ids, attention_mask), -1)

    def start_from(self, file: Path) -> None:
        """Take the weights of all-MiniLM-L6-v2 and freeze the lowest of them."""
        named = {
            one.name: torch.tensor(np.array(numpy_helper.to_array(one, base_dir=str(file.parent))))
            for one in onnx.load(file).graph.initializer
        }
        own = dict(self.named_parameters())
        with torch.no_grad():
            for name, place in (("word", "words"), ("position", "places"), ("token_type", "kinds")):
                own[f"{place}.weight"].copy_(named[f".model.embeddings.{name}_embeddings.weight"])
            for part in ("weight", "bias"):
                own[f"norm.{part}"].copy_(named[f"model.layers.-1.embeddings_norm_layernorm.{part}"])
            for at in range(LAYERS):
                for theirs, ours in _NAMES.items():
                    matrix = named[f"model.layers.{at}.{theirs}.MatMul.weight"]
                    own[f"layers.{at}.{ours}.weight"].copy_(matrix.T)
                    own[f"layers.{at}.{ours}.bias"].copy_(named[f"model.layers.{at}.{theirs}.Add.bias"])
                for theirs, ours in _NORMS.items():
                    for part in ("weight", "bias"):
                        norm = named[f"model.layers.{at}.{theirs}.{part}"]
                        own[f"layers.{at}.{ours}.{part}"].copy_(norm)
        lowest = ("words.", "places.", "kinds.", "norm.", *(f"layers.{at}." for at in range(FROZEN_LAYERS)))
        for name, parameter in own.items():
            parameter.requires_grad_(not name.startswith(lowest))


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
    write(model, TARGET)


def read_pairs(draw: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to learn from and those of the pages held out."""
    tokens = Tokenisation()

    def pair(point: str, said: str, label: PointVerdict) -> Pair:
        return Pair(tokens.join(tokens.cut(point), tokens.cut(said)), VERDICTS.index(label))

    pages = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    draw.shuffle(pages)
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
    return kept


def train(model: CrossEncoder, pairs: Sequence[Pair], draw: random.Random) -> None:
    """Learn from pairs, in batches of about one length."""
    learning = [one for one in model.parameters() if one.requires_grad]
    steps = EPOCHS * (len(pairs) // BATCH + 1)
    optimiser = torch.optim.AdamW(learning, LEARNING_RATE, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM_UP) * max(0.03, 1 - step / steps)
    )
    model.train()
    for epoch in range(EPOCHS):
        for batch in track(list(_batches(pairs, draw)), f"epoch {epoch + 1} of {EPOCHS}"):
            ids, kinds, mask = _tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                logits = model.logits(ids, kinds, mask).float()
            wanted = torch.tensor([one.label for one in batch])
            loss = functional.cross_entropy(logits, wanted, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            pace.step()


def _batches(pairs: Sequence[Pair], draw: random.Random) -> Iterator[list[Pair]]:
    mixed = draw.sample(pairs, len(pairs))
    lots = [mixed[at : at + 16 * BATCH] for at in range(0, len(mixed), 16 * BATCH)]
    sized = [sorted(lot, key=lambda one: len(one.pieces.ids)) for lot in lots]
    made = [lot[at : at + BATCH] for lot in sized for at in range(0, len(lot), BATCH)]
    draw.shuffle(made)
    yield from made


def _tensors(batch: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    ids = nn.utils.rnn.pad_sequence([torch.tensor(one.pieces.ids) for one in batch], batch_first=True)
    kinds = nn.utils.rnn.pad_sequence([torch.tensor(one.pieces.kinds) for one in batch], batch_first=True)
    return ids, kinds, (ids != 0).long()


def tell(model: CrossEncoder, pairs: Sequence[Pair]) -> None:
    """Print how well the pages held out are read."""
    model.eval()
    with torch.no_grad():
        chances = np.concatenate([model(*_tensors([one])).numpy() for one in track(pairs, "measuring")])
    labels, said = np.array([one.label for one in pairs]), chances.argmax(1)
    sides = np.isin(labels, (0, 3))
    auroc = roc_auc_score(labels[sides] == 0, chances[sides, 0] - chances[sides, 3])
    sys.stdout.write(
        f"{len(pairs)} pairs of pages held out: {np.mean(labels == said):.3f} right, mean F1 of the labels "
        f"{f1_score(labels, said, average='macro'):.3f}, covered against contradicted AUROC {auroc:.3f}\n"
    )


def write(model: CrossEncoder, target: Path) -> None:
    """Write the weights in 8 bits."""
    ids = torch.ones((2, 8), dtype=torch.long)
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    axes = {name: {0: "pairs", 1: "length"} for name in inputs} | {"chances": {0: "pairs"}}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "points.onnx"
        torch.onnx.export(
            model.eval(), (ids, torch.zeros_like(ids), ids), str(plain), input_names=inputs,
            output_names=["chances"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            plain, target, weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul", "Gather", "Gemm"]
        )


if __name__ == "__main__":
    main()
