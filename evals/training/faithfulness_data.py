"""What the faithfulness scorer is trained on: labelled answers and claims, and claims made by program."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from evals.training.perturb import PERTURBATIONS, Material, names_in
from evals.training.reword import reword
from ingest.read.blocks import Span

CLAIMS = Path(__file__).with_name("faithfulness-claims.jsonl")
ANSWERS = Path(__file__).with_name("faithfulness-answers.jsonl")
FOLDS = 5
UNREAD = 0
"""The reader learns nothing of this fold: what is weighed with it is set there."""
MADE = 4000
"""So many claims are made by program, where no other number is wanted."""
_FAULT = re.compile(r"\[\[[ ,;]*(.*?)\]\]", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
_MARKUP = (
    (re.compile(r"```.*?```", re.DOTALL), ""),
    (re.compile(r"<[^>]+>"), ""),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"[*_`]+"), ""),
)
_ITEM = re.compile(r"^\s*(?:[-*+>]|\d+[.)])\s*")
_ODD = re.compile(r"https?:|[|{}\[\]#<>\\=]")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_MANY = 20
_STEPS = (0, 1, 3, 6, 10)


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its passages, and what of it they do not bear out.

    Attributes:
        group: Examples of one group share text, and stay together when data is parted.
        source: The set it comes from.
        kind: "faithful", or in what way it is not.
        spans: Half-open offsets of what is unfaithful.
    """

    group: str
    source: str
    kind: str
    question: str
    passages: tuple[str, ...]
    answer: str
    spans: tuple[Span, ...]

    @property
    def is_unfaithful(self) -> bool:
        """Whether any part of the answer is."""
        return bool(self.spans)


def examples(answers: Path, archive: Path, folders: Iterable[Path], *, made: int = MADE) -> list[Example]:
    """Return all that is trained on; what shares passages stands together.

    Args:
        answers: RAGTruth's training answers.
        archive: SciFact.
        folders: Markdown files that claims are made of.
        made: About so many.
    """
    labelled = ragtruth(answers)
    documents = [*documents_of(labelled), *(one for folder in folders for one in documents_in(folder))]
    found = [
        *labelled,
        *scifact(archive, "train"),
        *written_claims(),
        *written_answers(),
        *made_claims(documents, count=made),
    ]
    return sorted(found, key=lambda one: (one.source, one.group, one.passages))


def fold(group: str) -> int:
    """Return which fold a group belongs to, from 0 to `FOLDS` - 1."""
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def ragtruth(file: Path) -> list[Example]:
    """Return the answers of RAGTruth's question answering part, with the spans that people marked."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line)
    return [
        Example(
            group=f"ragtruth-{row['source_id']}",
            source="ragtruth",
            kind=row["label"],
            question=row["question"],
            passages=tuple(row["passages"]),
            answer=row["answer"],
            spans=tuple(Span(one["start"], one["end"]) for one in row["spans"]),
        )
        for row in rows
    ]


def scifact(archive: Path, split: str) -> list[Example]:
    """Return SciFact's claims, each against the sentences that decide it and against the whole abstract.

    A claim without evidence is held against the abstract that it cites, and against two sentences of it.
    """
    with zipfile.ZipFile(archive) as held:
        abstracts = {row["doc_id"]: _listed(row["abstract"]) for row in _table(held, "corpus_train.csv")}
        rows = _table(held, f"claims_{split}.csv")
    sentences: dict[tuple[str, str, str, str], set[int]] = {}
    for row in rows:
        cited = re.findall(r"\d+", row["cited_doc_ids"])
        document = row["evidence_doc_id"] or (cited[0] if cited else "")
        places = {int(one) for one in re.findall(r"\d+", row["evidence_sentences"])}
        key = (row["id"], row["claim"], document, row["evidence_label"])
        sentences.setdefault(key, set()).update(places)
    rng, found = Random(0), list[Example]()
    for (identity, claim, document, label), places in sentences.items():
        abstract = abstracts.get(document, [])
        first = rng.randrange(len(abstract)) if abstract else 0
        chosen = sorted(places) if label else [first, first + 1]
        short = " ".join(abstract[place] for place in chosen if place < len(abstract))
        kind = {"SUPPORT": "faithful", "CONTRADICT": "contradicted"}.get(label, "unmentioned")
        spans = () if kind == "faithful" else (Span(0, len(claim)),)
        for passage in filter(None, (short, " ".join(abstract))):
            found.append(Example(f"scifact-{identity}", "scifact", kind, "", (passage,), claim, spans))
    return found


def written_claims(file: Path = CLAIMS) -> list[Example]:
    """Return the claims that were written by hand for this, most of them paraphrases; see README.md."""
    found: list[Example] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n")):
        if not line:
            continue
        row = json.loads(line)
        for kind, claims in row["claims"].items():
            for claim in claims:
                spans = () if kind == "faithful" else (Span(0, len(claim)),)
                found.append(Example(f"claims-{number}", "claims", kind, "", (row["passage"],), claim, spans))
    return found


def written_answers(file: Path = ANSWERS) -> list[Example]:
    """Return answers and claims written by hand, with what is wrong in them marked; see README.md."""
    found: list[Example] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for text in (*row["answers"], *row["claims"]):
            answer, spans = unmarked(text)
            kind = "unfaithful" if spans else "faithful"
            passages = tuple(row["passages"])
            found.append(Example(row["id"], "written", kind, row["question"], passages, answer, spans))
    return found


def unmarked(text: str) -> tuple[str, tuple[Span, ...]]:
    """Return a text without the marks of its faults, and where these stand.

    >>> unmarked("It costs [[ten euros]] a month[[, with tax]].")
    ('It costs ten euros a month, with tax.', (Span(start=9, end=18), Span(start=28, end=36)))
    """
    plain, at, spans = "", 0, list[Span]()
    for fault in _FAULT.finditer(text):
        plain += text[at : fault.start()] + text[fault.start() + 2 : fault.start(1)]
        spans.append(Span(len(plain), len(plain) + len(fault[1])))
        plain, at = plain + fault[1], fault.end()
    return plain + text[at:], tuple(spans)


@dataclass(frozen=True, slots=True)
class Document:
    """Text to make claims of, as sentences by passage; `group` keeps it together with what else uses it."""

    group: str
    passages: tuple[tuple[str, ...], ...]


def documents_of(examples: Iterable[Example]) -> list[Document]:
    """Return the passages of labelled answers as documents, each once."""
    by_group = {one.group: one.passages for one in examples}
    return [
        Document(group, tuple(tuple(_sentences(text.replace("\n", " "))) for text in passages))
        for group, passages in by_group.items()
    ]


def documents_in(folder: Path) -> list[Document]:
    """Return the sections of the Markdown files below a folder, as documents of one passage."""
    found: list[Document] = []
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        for pattern, kept in _MARKUP:
            text = pattern.sub(kept, text)
        for section in re.split(r"\n#+ ", text):
            lines = [_ITEM.sub("", line) for line in section.split("\n") if not line.lstrip().startswith("|")]
            sentences = tuple(one for line in lines for one in _sentences(line))
            if len(sentences) > 2:  # noqa: PLR2004 - one to say, and others to take from
                found.append(Document(f"{folder.name}-{path.name}", (sentences,)))
    return found


def made_claims(documents: Sequence[Document], *, count: int, seed: int = 1) -> list[Example]:
    """Return about `count` claims made of sentences: reworded ones, and ones that were changed.

    Of the ways to change a sentence, those that it allows and that were used least are taken.
    """
    rng = Random(seed)
    names = [name for one in documents for text in one.passages for each in text for name in names_in(each)]
    sentences = [each for one in documents for text in one.passages for each in text if _is_plain(each)]
    used = dict.fromkeys(PERTURBATIONS, 0)
    found: list[Example] = []
    order = list(documents)
    while len(found) < count:
        rng.shuffle(order)
        for document in order:
            found += _claims_of(document, rng, names, sentences, used)
            if len(found) >= count:
                break
    return found


def _claims_of(
    document: Document, rng: Random, names: Sequence[str], sentences: Sequence[str], used: dict[str, int]
) -> Iterator[Example]:
    place = rng.randrange(len(document.passages))
    text = document.passages[place]
    plain = [at for at, sentence in enumerate(text) if _is_plain(sentence)]
    if not plain:
        return
    middle, reach = rng.choice(plain), rng.choice((0, 1, 2, 3, 5, 8))
    first, last = max(0, middle - rng.randint(0, reach)), middle + 1 + rng.randint(0, reach)
    passages = [" ".join(text[first:last])]
    if len(document.passages) > 1 and rng.random() < 0.35:  # noqa: PLR2004
        passages += [" ".join(one) for at, one in enumerate(document.passages) if at != place]
        rng.shuffle(passages)
    shown = " ".join(passages)
    others = [one for each in document.passages for one in each if _is_plain(one) and one not in shown]
    material = Material(others[:_MANY] or rng.choices(sentences, k=6), names)

    def example(kind: str, answer: str, span: Span | None) -> Example:
        spans = (span,) if span else ()
        return Example(document.group, "made", kind, "", tuple(passages), answer, spans)

    inside = [at for at in plain if first <= at < last]
    for at in rng.sample(inside, k=min(4, len(inside))):
        yield example("faithful", reword(text[at], rng, steps=rng.choice(_STEPS)), None)
        if others and rng.random() < 0.15:  # noqa: PLR2004
            other = reword(rng.choice(others), rng, steps=rng.choice(_STEPS))
            yield example("elsewhere", other, Span(0, len(other)))
            continue
        for kind in sorted(used, key=lambda one: used[one] * rng.random() ** 0.5):
            changed = PERTURBATIONS[kind](reword(text[at], rng, steps=rng.choice(_STEPS)), rng, material)
            if changed and changed.text.lower() not in shown.lower():
                used[kind] += 1
                yield example(kind, changed.text, changed.span)
                break


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE_END.split(text) if one.strip()]


def _is_plain(sentence: str) -> bool:
    """Return whether a sentence is prose of usual length."""
    words = sentence.split()
    letters = sum(char.isalpha() or char == " " for char in sentence)
    return (
        6 <= len(words) <= 42  # noqa: PLR2004
        and sentence[0].isupper()
        and sentence.endswith(".")
        and not _ODD.search(sentence)
        and letters > 0.82 * len(sentence)
    )


def _table(held: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(held.read(name).decode())))


def _listed(printed: str) -> list[str]:
    """Return the strings of a printed array."""
    return [(one or other).replace("\\'", "'") for one, other in _QUOTED.findall(printed)]
