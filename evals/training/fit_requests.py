"""`make fit-requests`: fit what tells the numbers of a request apart, and what it is about.

Reads requests whose authors labelled them and named the words that decide each label. What is printed is of
authors that the fit had not seen: each is left out in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.progress import track
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from coach.coach import Coach
from coach.recruit.fitted import Regression
from coach.recruit.pool import Pool
from coach.recruit.read import on_topic
from coach.recruit.read_competencies import CompetencyReader, Gathered
from coach.recruit.read_competencies import signs as competency_signs
from coach.recruit.read_kinds import negated, read_kinds
from coach.recruit.read_level import LevelCue, chosen_level, level_cues, level_signs
from coach.recruit.read_mentions import ROLES, Mention, Role, mentions, signs
from coach.recruit.read_number_words import Number
from coach.recruit.read_numbers import chosen_numbers
from coach.recruit.read_rulings import (
    KINDS,
    NO_TOPIC,
    RULINGS,
    Embed,
    candidates,
    meanings,
    ruled_kinds,
    weighed,
)
from coach.recruit.read_rulings import signs as ruling_signs
from coach.recruit.read_text import Clause
from coach.recruit.recruiter import Recruiter
from coach.settings import Settings
from ingest.store.port import Vector

DATA = Path(__file__).with_name("requests.jsonl")
CLAUSES = Path(__file__).with_name("rulings.jsonl")
DEVELOPMENT = Path(__file__).parents[1] / "golden" / "requests" / "dev.jsonl"
WEIGHTS = Path(__file__).parents[2] / "coach" / "recruit" / "weights"
LEAST_SEEN = 2
"""A sign of fewer mentions is left out."""
STRENGTH = 1.0
MEANING_COUNTS = 3.0
"""Of what a clause means each of many small numbers says little."""
TOPIC_STRENGTH, TOPIC_RARE, QUESTION_COUNTS = 3.0, 6.0, 0.5
"""Of clauses most are of no one topic; the handbook's own questions count less than what people write."""
COMPETENCY_STRENGTH = 0.3
LIKELY = 0.4
_LABELS: tuple[tuple[str, Role], ...] = (("less", "less"), ("minutes", "minutes"), ("count", "count"))


class Request(NamedTuple):
    """A request with its labels, and the words that decide them."""

    author: str
    labels: Mapping[str, Any]

    @property
    def text(self) -> str:
        """As it arrives."""
        return str(self.labels["text"])

    @property
    def names_words(self) -> bool:
        """Whether its author named the words that decide each label."""
        return "words" in self.labels

    def words(self, label: str) -> list[str]:
        """The words that decide a label."""
        return list(self.labels["words"].get(label, ()))

    def words_by_name(self, label: str) -> dict[str, list[str]]:
        """The words that decide each name of a label."""
        return dict(self.labels["words"].get(label) or {})


class Told(NamedTuple):
    """The mentions of a request, with what stands around each and what it is."""

    request: Request
    mentions: list[Mention]
    signs: list[dict[str, float]]
    roles: list[Role]


def main() -> None:
    """Fit, print and write."""
    argparse.ArgumentParser(prog="python -m evals.training.fit_requests", description=__doc__).parse_args()
    requests = [*load(DATA), *load(DEVELOPMENT)]
    told = [tell(one) for one in requests]
    measure_numbers(told)
    write("numbers", fit_roles(told))
    fit_levels(requests)
    with Coach(Settings()) as coach:
        fit_rulings([*(one for one in requests if one.names_words), *load(CLAUSES)], coach.embed)
        pool = Recruiter(coach).pool
        fit_competencies(requests, CompetencyReader(pool, coach.embed), pool)


def load(file: Path) -> list[Request]:
    """Return the requests of a file."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [Request(row["id"].rpartition("-")[0], row) for row in rows]


def tell(request: Request) -> Told:
    """Return a request's mentions with their roles, by the words that its author named."""
    found = mentions(request.text)
    if not request.names_words:
        roles = [_by_value(one, request) for one in found]
        return Told(request, found, list(signs(request.text, found)), roles)
    roles = ["other"] * len(found)
    for label, role in _LABELS:
        wanted = request.labels.get(label)
        for words in request.words(label):
            start = request.text.find(words)
            hit = [at for at, one in enumerate(found) if one.start < start + len(words) and start < one.end]
            for at in _meant(hit, found, role, wanted) if start >= 0 else ():
                roles[at] = role
    return Told(request, found, list(signs(request.text, found)), roles)


def _by_value(one: Mention, request: Request) -> Role:
    """Return what a mention is by what the labels say alone."""
    count, minutes = request.labels["count"], request.labels["minutes"]
    if not one.is_length and count is not None and _is_alike(one, count):
        return "count"
    return "minutes" if one.is_length and minutes is not None and _is_alike(one, minutes) else "other"


def _is_alike(one: Mention, label: float | list[float]) -> bool:
    return [one.low, one.high] == label if isinstance(label, list) else one.low <= label <= one.high


def _meant(hit: Sequence[int], found: Sequence[Mention], role: Role, wanted: float | None) -> Sequence[int]:
    """Return which of the mentions in an author's words are what the words are about."""
    if role == "count":
        equal = [at for at in hit if wanted is not None and found[at].low <= wanted <= found[at].high]
        return equal or hit[:1]
    lengths = [at for at in hit if found[at].is_length] or list(hit)
    if role == "less" or wanted is None or len(lengths) == 1:
        return lengths
    return [at for at in lengths if found[at].high >= wanted][:1] or lengths


def fit_roles(told: Sequence[Told]) -> Regression:
    """Return the regression of `coach.recruit.read_mentions.ROLES`."""
    rows = [row for one in told for row in one.signs]
    return fit(rows, [ROLES.index(role) for one in told for role in one.roles])


def fit(
    rows: Sequence[Mapping[str, float]],
    labels: Sequence[int],
    strength: float = STRENGTH,
    *,
    meanings: Vector | None = None,
) -> Regression:
    """Return a regression over all signs that are seen often enough, and over what rows mean."""
    seen = Counter(name for row in rows for name in row)
    places = {name: at for at, name in enumerate(sorted(n for n, many in seen.items() if many >= LEAST_SEEN))}
    cells = [
        (at, places[name], much)
        for at, row in enumerate(rows)
        for name, much in row.items()
        if name in places
    ]
    down, across, much = zip(*cells, strict=True)
    matrix = csr_matrix((much, (down, across)), shape=(len(rows), len(places)))
    if meanings is not None:
        matrix = hstack([matrix, csr_matrix(meanings * MEANING_COUNTS)]).tocsr()
    model = LogisticRegression(C=strength, max_iter=2000).fit(matrix, labels)
    weights, bias = model.coef_.T, model.intercept_
    if len(bias) == 1:  # of two classes scikit-learn keeps the difference alone
        weights, bias = np.column_stack([np.zeros(len(weights)), weights]), np.append(0.0, bias)
    weights, bias = weights.astype(np.float32), bias.astype(np.float32)
    dense = weights[len(places) :] * MEANING_COUNTS if meanings is not None else None
    return Regression(places, weights[: len(places)], bias, dense)


def measure_numbers(told: Sequence[Told]) -> None:
    """Print how often numbers and lengths of authors that were left out are read as they meant them."""
    hits: Counter[str] = Counter()
    for seen, own in track(list(_by_author(told)), "measuring"):
        model = fit_roles(seen)
        for one in own:
            hits.update(_hits(one, model))
    shares = ", ".join(f"{name} {many / len(told):.3f}" for name, many in sorted(hits.items()))
    sys.stdout.write(f"{len(told)} requests of authors left out: {shares}\n")


def _by_author(told: Sequence[Told]) -> Iterator[tuple[list[Told], list[Told]]]:
    for author in sorted({one.request.author for one in told}):
        own = [one for one in told if one.request.author == author]
        yield [one for one in told if one.request.author != author], own


def _hits(one: Told, model: Regression) -> Iterator[str]:
    chances = model.chances(one.signs)
    read = chosen_numbers(one.request.text, list(zip(one.mentions, chances, strict=True)))
    found = {number.field: number for number in read}
    rounds = found["rounds"].value if "rounds" in found else 1
    labels = one.request.labels
    count = _is_read(found.get("count"), labels["count"], rounds)
    minutes = _is_read(found.get("minutes"), labels["minutes"], rounds)
    yield from ["count"] * count + ["minutes"] * minutes + ["both"] * (count and minutes)


def _is_read(found: Number | None, label: float | list[float] | None, rounds: float) -> bool:
    """Return whether a number is what its author meant: of one round, or of all where a text has several."""
    if found is None or label is None:
        return found is None and label is None
    wanted = label if isinstance(label, list) else [label, label]
    return any(found.low * times <= wanted[1] and wanted[0] <= found.high * times for times in (1, rounds))


class Levels(NamedTuple):
    """The cues of a request with what stands around each, and 1 for those said of the person sought."""

    request: Request
    cues: list[LevelCue]
    signs: list[dict[str, float]]
    meant: list[int]


def fit_levels(requests: Sequence[Request]) -> None:
    """Fit, print and write what tells words on the person sought from those on others."""
    found = [tell_levels(one) for one in requests]
    right = 0
    for author in track(sorted({one.author for one in requests}), "levels"):
        model = _fit_levels([one for one in found if one.request.author != author])
        for one in (one for one in found if one.request.author == author):
            cue = chosen_level(one.cues, model.chances(one.signs)[:, 1].tolist())
            right += (cue.level if cue else None) == one.request.labels["level"]
    sys.stdout.write(f"level of authors left out: {right / len(requests):.3f}\n")
    write("levels", _fit_levels(found))


def tell_levels(request: Request) -> Levels:
    """Return a request's cues with their labels, by the words that its author named."""
    cues, wanted = level_cues(request.text), request.labels["level"]
    phrases = request.words("level") if request.names_words else []
    spans = [(start, start + len(words)) for words in phrases if (start := request.text.find(words)) >= 0]

    def is_meant(cue: LevelCue) -> bool:
        touched = any(cue.start < end and start < cue.end for start, end in spans)
        return cue.level == wanted and (touched or not spans)

    meant = [int(is_meant(cue)) for cue in cues]
    return Levels(request, cues, list(level_signs(request.text, cues)), meant)


def _fit_levels(found: Sequence[Levels]) -> Regression:
    return fit([row for one in found for row in one.signs], [label for one in found for label in one.meant])


class Ruled(NamedTuple):
    """The clauses of a request that may rule, and for each its signs, its meaning and its ruling's place."""

    request: Request
    clauses: list[Clause]
    signs: list[dict[str, float]]
    meanings: Vector
    places: list[int]


def fit_rulings(requests: Sequence[Request], embed: Embed) -> None:
    """Fit, print and write what tells what clauses rule out or ask for alone."""
    found = [ruled for one in track(requests, "rulings") if (ruled := rule(one, embed)).clauses]
    authors = sorted({one.request.author for one in found})
    right: Counter[str] = Counter()
    many = Counter(_sort(one.author) for one in requests)
    right.update(_sort(one.author) for one in requests if not candidates(one.text) and not _kinds_meant(one))
    for author in track(authors, "fitting"):
        model = _fit_rulings([one for one in found if one.request.author != author])
        for one in (one for one in found if one.request.author == author):
            text, chances = one.request.text, model.chances(one.signs, one.meanings)
            cues = ruled_kinds(text, weighed(one.clauses, chances, read_kinds(text, negated(text))))
            read = {f"{'only' if cue.wanted else 'no'} {cue.kind}" for cue in cues}
            right[_sort(author)] += read == _kinds_meant(one.request)
    for sort, number in sorted(many.items()):
        sys.stdout.write(f"kinds of {sort} of authors left out: {right[sort] / number:.3f} of {number}\n")
    write("rulings", _fit_rulings(found))


def _sort(author: str) -> str:
    return author.rpartition("-")[0]


def _kinds_meant(request: Request) -> set[str]:
    """Return the rulings on kinds that a request's author meant."""
    labels = request.labels
    return {f"no {name}" for name in labels["avoid"] if name in KINDS} | {
        f"only {one}" for one in labels["kinds"] or ()
    }


def rule(request: Request, embed: Embed) -> Ruled:
    """Return a request's clauses with their rulings, by the words that its author named."""
    text = request.text
    found = candidates(text)
    places = [0] * len(found)
    for label in ("avoid", "kinds"):
        for name, phrases in request.words_by_name(label).items():
            told = f"{'no' if label == 'avoid' else 'only'} {name}"
            place = RULINGS.index(told) if told in RULINGS else RULINGS.index(NO_TOPIC)
            for phrase in phrases:
                start = text.find(phrase)
                for at, clause in enumerate(found):
                    if start >= 0 and clause.start < start + len(phrase) and start < clause.end:
                        places[at] = place
    if not found:
        return Ruled(request, [], [], np.zeros((0, 0), np.float32), [])
    return Ruled(
        request, found, ruling_signs(text, found, negated(text)), meanings(text, found, embed), places
    )


def _fit_rulings(found: Sequence[Ruled]) -> Regression:
    rows = [row for one in found for row in one.signs]
    labels = [place for one in found for place in one.places]
    return fit(rows, labels, meanings=np.concatenate([one.meanings for one in found]))


class Subject(NamedTuple):
    """What a request says of competencies.

    Attributes:
        spoken: float32 (n_clauses, n_topics), 1 where the author's words for a topic stand; None if the
            author named no words.
        meant: bool (n_competencies,).
    """

    author: str
    found: Gathered
    spoken: Vector | None
    meant: npt.NDArray[np.bool_]


class Topics(NamedTuple):
    """A logistic regression a topic over what clauses mean: float32 (n_topics, dim) and (n_topics,)."""

    weights: Vector
    bias: Vector

    def logits(self, vectors: Vector) -> Vector:
        """Return the logits of clauses, (n_clauses, n_topics)."""
        logits: Vector = vectors @ self.weights.T + self.bias
        return logits


def fit_competencies(requests: Sequence[Request], reader: CompetencyReader, pool: Pool) -> None:
    """Fit, print and write what tells topics of clauses, and what weighs all that speaks for one."""
    names = list(reader.about)
    asked = [(names.index(one.competency), pool.vectors[one.id]) for one in pool.questions]
    subjects = [subject(one, reader, names) for one in track(requests, "reading")]
    authors = sorted({one.author for one in subjects})
    # What weighs topics is fitted on logits of authors that these had not seen.
    rows = {
        author: [
            competency_signs(names, one.found, topical.logits(one.found.vectors))
            for one in subjects
            if one.author == author
        ]
        for author in track(authors, "fitting")
        for topical in (fit_topics([one for one in subjects if one.author != author], asked),)
    }
    meant = {author: [one.meant for one in subjects if one.author == author] for author in authors}
    hits: Counter[str] = Counter()
    for author in authors:
        others = [one for one in authors if one != author]
        model = _fit_meant(rows, meant, others)
        for row, wanted in zip(rows[author], meant[author], strict=True):
            hits.update(_found(model.chances(row)[:, 1], wanted))
    f1 = 2 * hits["right"] / (2 * hits["right"] + hits["wrong"] + hits["missed"])
    sys.stdout.write(
        f"competencies of authors left out: F1 {f1:.3f}, all of them {hits['all'] / len(subjects):.3f}\n"
    )
    write("competencies", _fit_meant(rows, meant, authors))
    fitted = fit_topics(subjects, asked)
    np.savez_compressed(
        WEIGHTS / "topics.npz",
        allow_pickle=False,
        topics=np.array([reader.about[name] for name in names]),
        weights=fitted.weights.astype(np.float16),
        bias=fitted.bias,
    )


def subject(request: Request, reader: CompetencyReader, names: Sequence[str]) -> Subject:
    """Return what a request says of competencies, with the labels of its clauses."""
    found = reader.gather(on_topic(request.text, reader.embed))
    meant = np.array([name in request.labels["competencies"] for name in names])
    words = request.labels["words"].get("competencies", {}) if request.names_words else {}
    if meant.any() and not words:
        return Subject(request.author, found, None, meant)
    spoken = np.zeros((len(found.clauses), len(names)), dtype=np.float32)
    for name, phrases in words.items():
        for phrase in phrases:
            start = request.text.find(phrase)
            for at, clause in enumerate(found.clauses):
                if start >= 0 and clause.start < start + len(phrase) and start < clause.end:
                    spoken[at, names.index(name)] = 1.0
    return Subject(request.author, found, spoken, meant)


def fit_topics(subjects: Sequence[Subject], asked: Sequence[tuple[int, Vector]]) -> Topics:
    """Return regressions over the clauses of requests and the questions of the handbook."""
    told_of = [one for one in subjects if one.spoken is not None]
    vectors = np.concatenate([*(one.found.vectors for one in told_of), np.stack([one for _, one in asked])])
    spoken = np.concatenate([one.spoken for one in told_of if one.spoken is not None])
    told = np.eye(spoken.shape[1], dtype=np.float32)[[place for place, _ in asked]]
    counts = np.concatenate([np.ones(len(spoken)), np.full(len(told), QUESTION_COUNTS)])
    labels = np.concatenate([spoken, told]) > 0
    models = [
        LogisticRegression(C=TOPIC_STRENGTH, max_iter=300).fit(
            vectors, column, np.where(column, TOPIC_RARE, 1.0) * counts
        )
        for column in labels.T
    ]
    return Topics(
        np.array([one.coef_[0] for one in models], dtype=np.float32),
        np.array([one.intercept_[0] for one in models], dtype=np.float32),
    )


def _fit_meant(
    rows: Mapping[str, Sequence[Sequence[dict[str, float]]]],
    meant: Mapping[str, Sequence[npt.NDArray[np.bool_]]],
    authors: Sequence[str],
) -> Regression:
    """Return the regression over what speaks for each competency, for some authors."""
    signs = [sign for author in authors for request in rows[author] for sign in request]
    labels = [int(one) for author in authors for request in meant[author] for one in request]
    return fit(signs, labels, COMPETENCY_STRENGTH)


def _found(chances: npt.NDArray[np.float64], meant: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Yield a name for each competency that is found rightly or wrongly, or is missed."""
    read = chances >= LIKELY
    yield from ["right"] * int((read & meant).sum())
    yield from ["wrong"] * int((read & ~meant).sum())
    yield from ["missed"] * int((~read & meant).sum())
    if (read == meant).all():
        yield "all"


def write(name: str, model: Regression) -> None:
    """Write a regression; weights are halved in size."""
    WEIGHTS.mkdir(exist_ok=True)
    np.savez_compressed(
        WEIGHTS / f"{name}.npz",
        allow_pickle=False,
        signs=np.array(list(model.places)),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        **({} if model.dense is None else {"dense": model.dense.astype(np.float16)}),
    )


if __name__ == "__main__":
    main()
