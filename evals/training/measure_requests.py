"""How often requests are read rightly by regressions, by the network, and by both, of authors left out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
from rich.progress import track

from coach.recruit.fitted import Chances, Regression
from coach.recruit.read_level import WHOLE_LEVELS, chosen_level, told
from coach.recruit.read_text import Embed
from coach.recruit.request_network import PieceLogits, agreed, chances_of
from evals.training.fit_requests import UNREAD, Levels, Told, fit_cues, fit_roles, hits, tell, tell_levels
from evals.training.fit_rulings import Ruled, fit_clauses, is_ruled, rule
from evals.training.requests import Request
from ingest.store.values import Vector

Read = Callable[[str], PieceLogits]
WAYS = ("regression", "network", "both")


def measure(requests: Sequence[Request], away: Collection[str], read: Read, embed: Embed) -> None:
    """Print what of some authors' requests is read rightly, each way.

    Args:
        requests: Of all authors, and passages of requests.
        away: The authors of whom the network has not learnt; the regressions are fitted without them here.
        read: What the network makes of a text of theirs.
        embed: What a text means.
    """
    seen = [one for one in requests if _is_whole(one) and one.author not in away]
    of_numbers = fit_roles([tell(one) for one in seen])
    of_levels = fit_cues([tell_levels(one) for one in seen])
    ruled = [rule(one, embed) for one in track(requests, "rulings")]
    of_clauses = fit_clauses([one for one in ruled if one.clauses and one.request.author not in away])
    right: Counter[str] = Counter()
    held = [one for one in ruled if one.request.author in away and _is_whole(one.request)]
    for one in track(held, "measuring"):
        pieces = read(one.request.text)
        right.update(_numbers(tell(one.request), of_numbers, pieces))
        right.update(_levels(tell_levels(one.request), of_levels, pieces))
        right.update(_kinds(one, of_clauses, pieces))
    for name, many in sorted(right.items()):
        sys.stdout.write(f"{name}: {many / len(held):.3f} of {len(held)}\n")


def _is_whole(request: Request) -> bool:
    return "level" in request.labels


def _each_way(chances: Chances, logits: Vector) -> dict[str, Chances]:
    return dict(zip(WAYS, (chances, chances_of(logits), agreed(chances, logits)), strict=True))


def _numbers(one: Told, model: Regression, pieces: PieceLogits) -> Iterator[str]:
    """Yield a name for each way in which number of questions and length are both read rightly."""
    if not one.mentions:
        ways = dict.fromkeys(WAYS, np.zeros((0, 0)))
    else:
        ways = _each_way(model.chances(one.signs), pieces.means("number", one.mentions))
    yield from (f"number and length, {way}" for way, made in ways.items() if "both" in hits(one, made))


def _levels(one: Levels, model: Regression, pieces: PieceLogits) -> Iterator[str]:
    """Yield a name for each way in which the level is read rightly."""
    alone = model.chances(one.signs)[:, 1].tolist()
    whole = told(pieces.mean("whole", 0, len(one.request.text)))
    found = (
        chosen_level(one.cues, alone, UNREAD)[0],
        WHOLE_LEVELS[int(whole.argmax())],
        chosen_level(one.cues, alone, whole)[0],
    )
    wanted = one.request.labels["level"]
    yield from (f"level, {way}" for way, level in zip(WAYS, found, strict=True) if level == wanted)


def _kinds(one: Ruled, model: Regression, pieces: PieceLogits) -> Iterator[str]:
    """Yield a name for each way in which the kinds that are ruled out or asked for alone are read rightly."""
    if not one.clauses:
        ways = dict.fromkeys(WAYS, np.zeros((0, 0)))
    else:
        ways = _each_way(model.chances(one.signs, one.meanings), pieces.means("ruling", one.clauses))
    yield from (f"kinds, {way}" for way, made in ways.items() if is_ruled(one, made))
