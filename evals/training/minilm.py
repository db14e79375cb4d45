"""all-MiniLM-L6-v2 in torch, to be fine-tuned: its layers, its weights, and how they are written.

Needs torch and onnx, which the product does not: see evals/training/README.md.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

Example = TypeVar("Example")

DIM, HEADS, INNER, WORDS, PLACES, LAYERS = 384, 12, 1536, 30522, 512, 6
FROZEN_LAYERS = 2
"""The lowest layers stay as they are, with the vectors of words and places below them."""
DROPOUT = 0.1
NOT_SEEN = -1e4
"""Added to the logit of what attention must not look at."""
LOT = 16
"""Of so many batches at once the examples are sorted by length."""
_NAMES = {
    "attn.q_proj": "query", "attn.k_proj": "key", "attn.v_proj": "value", "attn.o_proj": "out",
    "mlp.fc1": "inner", "mlp.fc2": "outer",
}  # fmt: skip
_NORMS = {"attention_output_norm_layernorm": "norm_attention", "mlp_output_norm_layernorm": "norm_inner"}


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
        query, key, value = (heads(made(states)) for made in (self.query, self.key, self.value))
        return self.behind(states, attend(query, key, value, away))

    def behind(self, states: Tensor, seen: Tensor) -> Tensor:
        """Return the states behind this layer, for what attention saw, (n, heads, length, dim / heads)."""
        states = self.norm_attention(states + self.out(seen.transpose(1, 2).reshape(states.shape)))
        return self.norm_inner(states + self.drop(self.outer(functional.gelu(self.inner(states)))))


class MiniLM(nn.Module):  # type: ignore[misc]
    """What every model made of MiniLM has: the vectors of words and places, and layers."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.kinds = (nn.Embedding(size, DIM) for size in (WORDS, PLACES, 2))
        self.norm = nn.LayerNorm(DIM, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(DROPOUT)

    def start_from(self, file: Path) -> None:
        """Take the weights of all-MiniLM-L6-v2, as `model.onnx` in 32 bits, and freeze the lowest of them."""
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


def heads(states: Tensor) -> Tensor:
    """Return states (n, length, dim) by head, (n, heads, length, dim / heads)."""
    return states.view(states.shape[0], states.shape[1], HEADS, DIM // HEADS).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, away: Tensor) -> Tensor:
    """Return what attention sees, by head; `away` is added to its logits."""
    weights = torch.softmax(query @ key.transpose(-1, -2) / (DIM / HEADS) ** 0.5 + away, -1)
    return weights.to(value.dtype) @ value


def write(
    model: nn.Module,
    target: Path,
    *,
    inputs: Mapping[str, Tensor],
    output: str,
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    """Write a model in 8 bits.

    Args:
        model: To be written.
        target: The file.
        inputs: By name, in the order of the model's arguments, of any size that it may have.
        output: Its name.
        axes: Of inputs and output, those whose length may differ.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / target.name
        torch.onnx.export(
            model.eval(), tuple(inputs.values()), str(plain), input_names=list(inputs),
            output_names=[output], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        _join(plain)
        quantize_dynamic(
            plain, target, weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul", "Gather", "Gemm"]
        )


def _join(file: Path) -> None:
    """Let nodes that share weights read them by one name: else every further use keeps them in 32 bits."""
    model = onnx.load(file)
    held = {one.name for one in model.graph.initializer}
    copies = [one for one in model.graph.node if one.op_type == "Identity" and one.input[0] in held]
    names = {one.output[0]: one.input[0] for one in copies}
    for one in copies:
        model.graph.node.remove(one)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    onnx.save(model, file)


def paced(
    optimiser: torch.optim.Optimizer, *, warm_up: int, steps: int, least: float = 0.03
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return a schedule of rates that rise over the first steps, and fall to the least share over all."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / warm_up) * max(least, 1 - step / steps)
    )


def batches_by_length(
    examples: Sequence[Example], length: Callable[[Example], int], size: int, draw: random.Random
) -> Iterator[list[Example]]:
    """Yield all examples in random order, in batches of about one length.

    Args:
        examples: Of an epoch.
        length: Of an example, in word pieces.
        size: Of a batch.
        draw: Decides about the order.
    """
    mixed = draw.sample(examples, len(examples))
    lots = [mixed[at : at + LOT * size] for at in range(0, len(mixed), LOT * size)]
    sized = [sorted(lot, key=length) for lot in lots]
    made = [lot[at : at + size] for lot in sized for at in range(0, len(lot), size)]
    draw.shuffle(made)
    yield from made


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Return rows of word pieces, filled up with 0."""
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
