"""The head that tells, word piece by word piece, what of an answer its passages do not bear out.

Each word piece is laid beside what it finds in the passages: the nearest pieces anywhere, and the nearest
where its neighbours are found too. A small network over frozen hidden states compares them and looks at the
pieces around. docs/faithfulness.md has its training, data and licence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coach.faithfulness.arrays import Places, Reals, Signs, Stored
from coach.faithfulness.reader import Pieces

SIGNS = 11
"""How many numbers stand beside the states of a word piece; `align` says which."""
# How sharply the nearest pieces are weighed against the next: a cosine of 0.1 less counts an e-th.
_SHARPNESS = 10.0
# "Where its neighbours are found": so many pieces to either side, in the passages and in the answer.
_REACH = 6
_AROUND = 5
_KERNEL = 5
_TOP = 5
_NO_PIECE = -7
_SHORTEST = 1e-9


class Aligned(NamedTuple):
    """Word pieces of an answer beside what they find in the passages, one row each.

    Attributes:
        own: float32 (n, dim), the pieces' hidden states, unit norm.
        anywhere: float32 (n, dim), the nearest pieces of the passages, weighed by cosine.
        nearby: float32 (n, dim), likewise among the pieces where the neighbours are found too.
        signs: float32 (n, SIGNS).
    """

    own: Reals
    anywhere: Reals
    nearby: Reals
    signs: Reals


@dataclass(frozen=True, slots=True)
class PieceRisk:
    """What the head makes of one claim.

    Attributes:
        logit: That the claim is unfaithful.
        highest: The highest probability of one of its word pieces; `mean` is over all of them.
        top: The mean of the five highest.
    """

    logit: float
    highest: float
    mean: float
    top: float

    def values(self) -> list[float]:
        """Return them in the order in which the fitted trees read them."""
        return [self.logit, self.highest, self.mean, self.top]


UNREAD = PieceRisk(logit=0.0, highest=0.5, mean=0.5, top=0.5)


def align(answer: Pieces, passages: Pieces) -> Aligned:
    """Return each word piece of an answer beside what it finds; both have at least one piece.

    The signs are the highest cosine anywhere and nearby, the mean of the three highest, the highest among
    equal pieces; whether some piece is equal, and equal together with the one before, the one after, both,
    two on one side; whether some piece stands between the same neighbours; whether the nearest follows that
    of the piece before.
    """
    own, theirs = _unit(answer.states), _unit(passages.states)
    cosines = own @ theirs.T
    nearest = cosines.argmax(axis=1)
    window = _windows(_best_places(cosines), cosines.shape[1])
    local = np.take_along_axis(cosines, window, axis=1)
    same, before, after = (_equal(answer.ids, passages.ids, step) for step in (0, 1, -1))
    two = (before & _equal(answer.ids, passages.ids, 2)) | (after & _equal(answer.ids, passages.ids, -2))
    kinds = (same, same & before, same & after, same & before & after, same & two, before & after)
    signs = [
        cosines.max(axis=1),
        local.max(axis=1),
        np.sort(cosines, axis=1)[:, -3:].mean(axis=1),
        np.where(same, cosines, 0.0).max(axis=1),
        *(kind.any(axis=1) for kind in kinds),
        np.diff(nearest, prepend=nearest[0] - 1) == 1,
    ]
    return Aligned(
        own=own,
        anywhere=_weights(cosines) @ theirs,
        nearby=np.einsum("nw,nwd->nd", _weights(local), theirs[window]),
        signs=np.stack([np.asarray(sign, dtype=np.float32) for sign in signs], axis=1),
    )


class TokenHead:
    """The head, by the arrays that training wrote."""

    def __init__(self, arrays: Mapping[str, Stored]) -> None:
        self._arrays = {name: array.astype(np.float32) for name, array in arrays.items()}

    def judge(self, aligned: Aligned, claims: Sequence[Places]) -> list[PieceRisk]:
        """Return the risk of each claim, given the places of its word pieces."""
        own, anywhere, nearby = (self._linear("look", rows) for rows in aligned[:3])
        beside = (np.abs(own - anywhere), own * anywhere, np.abs(own - nearby), own * nearby)
        pieces = _gelu(self._linear("compare", np.concatenate([own, *beside, aligned.signs], axis=1)))
        for layer in ("around.0", "around.1"):
            pieces = pieces + _gelu(self._convolve(layer, pieces))
        logits = self._linear("piece", pieces)[:, 0]
        return [self._claim(pieces[claim], logits[claim]) if len(claim) else UNREAD for claim in claims]

    def _claim(self, pieces: Reals, logits: Reals) -> PieceRisk:
        pooled = [pieces.mean(axis=0), pieces.max(axis=0), [logits.max()], [logits.mean()]]
        inner = _gelu(self._linear("pool", np.concatenate(pooled)[None]))
        chances = np.sort(1.0 / (1.0 + np.exp(-logits)))[::-1]
        return PieceRisk(
            logit=float(self._linear("claim", inner)[0, 0] + logits.max()),
            highest=float(chances[0]),
            mean=float(chances.mean()),
            top=float(chances[:_TOP].mean()),
        )

    def _linear(self, name: str, rows: Reals) -> Reals:
        mapped: Reals = rows @ self._arrays[f"{name}.weight"].T + self._arrays[f"{name}.bias"]
        return mapped

    def _convolve(self, name: str, rows: Reals) -> Reals:
        """Return a convolution along the pieces, float32 (n, dim); beyond the ends there is nothing."""
        weight = self._arrays[f"{name}.weight"]  # (out, in, kernel)
        padded = np.pad(rows, ((_KERNEL // 2, _KERNEL // 2), (0, 0)))
        found = self._arrays[f"{name}.bias"] + sum(
            padded[step : step + len(rows)] @ weight[:, :, step].T for step in range(_KERNEL)
        )
        summed: Reals = found
        return summed


def _best_places(cosines: Reals) -> Places:
    """Return for each piece the place in the passages around which it and its neighbours are found best."""
    near = cosines
    for step in range(1, _REACH + 1):
        near = np.maximum(near, np.maximum(_slid(cosines, step), _slid(cosines, -step)))
    sums = np.cumsum(np.pad(near, ((_AROUND + 1, _AROUND), (0, 0))), axis=0)
    places: Places = (sums[2 * _AROUND + 1 :] - sums[: -(2 * _AROUND + 1)]).argmax(axis=1)
    return places


def _slid(cosines: Reals, step: int) -> Reals:
    slid = np.full_like(cosines, -1.0)
    if step > 0:
        slid[:, step:] = cosines[:, :-step]
    else:
        slid[:, :step] = cosines[:, -step:]
    return slid


def _windows(centres: Places, length: int) -> Places:
    """Return the places within reach of each centre, int64 (n, 2 reach + 1); at the ends some come twice."""
    places: Places = np.clip(centres[:, None] + np.arange(-_REACH, _REACH + 1)[None], 0, length - 1)
    return places


def _weights(cosines: Reals) -> Reals:
    weights = np.exp((cosines - cosines.max(axis=1, keepdims=True)) * _SHARPNESS)
    shares: Reals = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _equal(ours: Places, theirs: Places, step: int) -> Signs:
    """Return which pieces `step` places before are the same; outside a text there is none."""
    same: Signs = _shifted(ours, step, _NO_PIECE)[:, None] == _shifted(theirs, step, _NO_PIECE - 1)[None]
    return same


def _shifted(ids: Places, step: int, filler: int) -> Places:
    shifted = np.full_like(ids, filler)
    if step > 0:
        shifted[step:] = ids[:-step]
    elif step < 0:
        shifted[:step] = ids[-step:]
    else:
        shifted[:] = ids
    return shifted


def _gelu(values: Reals) -> Reals:
    """Return the smooth rectifier. Source: Hendrycks & Gimpel 2016, the tanh form."""
    cube = values + np.float32(0.044715) * values**3
    rectified: Reals = 0.5 * values * (1.0 + np.tanh(np.float32(np.sqrt(2.0 / np.pi)) * cube))
    return rectified


def _unit(rows: Reals) -> Reals:
    scaled: Reals = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _SHORTEST)
    return scaled
