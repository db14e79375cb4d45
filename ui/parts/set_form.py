"""The wishes of a set as fields: filled from what was read, and changed as one likes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ui.models import KINDS, LEVELS, Kind, Level
from ui.parts.plain import escaped
from ui.parts.set_models import Competency, Inferred, Reading, Wish, Wishes

_ANY = "any"
_WORDS_SHOWN = 60
FEWEST_WEIGHED = 2
"""One topic alone has all the weight."""


def wishes_of(
    reading: Reading, competencies: Sequence[Competency], must_have: tuple[str, ...], *, key: str
) -> tuple[Wishes, str]:
    """Draw the fields and return the wishes with the title.

    Args:
        reading: What the fields begin with.
        competencies: To choose from.
        must_have: Ids of the questions that were collected.
        key: Changes with what was read.
    """
    read = reading.wishes
    titles = {one.id: one.title for one in competencies}
    title = st.text_input("Title", key=f"{key} title", placeholder="Senior retrieval engineer, May")
    level = _level(reading, key)
    minutes, fewest, most = _size(reading, key)
    is_exact = fewest is not None and fewest == most
    topics = st.multiselect(
        "Topics",
        list(titles),
        default=[one.id for one in read.competencies if one.id in titles],
        format_func=lambda name: titles.get(name, name),
        placeholder="all of the handbook",
        key=f"{key} topics",
        help=_words(reading, "competencies"),
    )
    competencies_wished = _weighed(topics, titles, read.competencies, key)
    kinds, avoid = st.columns(2)
    wanted = _kinds(kinds, "Only these kinds", read.kinds, "any", f"{key} kinds")
    unwanted = _kinds(avoid, "Kinds to leave out", read.avoid_kinds, "none", f"{key} avoid kinds")
    left_out = st.multiselect(
        "Topics to leave out",
        list(titles),
        default=[name for name in read.avoid_competencies if name in titles],
        format_func=lambda name: titles.get(name, name),
        placeholder="none",
        key=f"{key} avoid topics",
        help=_words(reading, "avoid_competencies"),
    )
    forms, rounds, seed = st.columns(3)
    chosen = read.model_copy(
        update={
            "level": level,
            "minutes": minutes,
            "count": fewest if is_exact else None,
            "fewest": None if is_exact else fewest,
            "most": None if is_exact else most,
            "competencies": competencies_wished,
            "kinds": wanted,
            "avoid_kinds": unwanted,
            "avoid_competencies": tuple(left_out),
            "must_have": must_have,
            "forms": int(forms.number_input("Equal forms", 1, 12, read.forms, key=f"{key} forms")),
            "rounds": int(rounds.number_input("Rounds", 1, 6, read.rounds, key=f"{key} rounds")),
            "seed": int(seed.number_input("Variant", 0, 9999, read.seed, key=f"{key} seed")),
        }
    )
    return chosen, title


def _weighed(
    topics: Sequence[str], titles: Mapping[str, str], read: Sequence[Wish], key: str
) -> tuple[Wish, ...]:
    """Draw how much each topic counts beside the others, and return the topics with it."""
    weights = {one.id: one.weight for one in read}
    if len(topics) < FEWEST_WEIGHED:
        return tuple(Wish(id=name, weight=weights.get(name, 1.0)) for name in topics)
    with st.expander("How much each topic counts"):
        return tuple(
            Wish(
                id=name,
                weight=st.number_input(
                    titles[name],
                    min_value=0.1,
                    max_value=100.0,
                    value=weights.get(name, 1.0),
                    step=0.5,
                    key=f"{key} weight {name}",
                    help="Beside the other topics: 2 asks for twice as many questions as 1.",
                ),
            )
            for name in topics
        )


_READ_BY = {"model": " (by the model)", "meaning": " (only the nearest)"}


def inferred_list(inferred: Sequence[Inferred]) -> None:
    """Draw what was read, each with the words that it comes from."""
    rows = "\n".join(
        f"| {escaped(one.field.replace('_', ' '))} | {escaped(one.value)}"
        f"{_READ_BY.get(one.by, '')} | {escaped(_short(one.words))} |"
        for one in inferred
    )
    st.markdown(f"| Read as | Value | From the words |\n|---|---|---|\n{rows}")


def _level(reading: Reading, key: str) -> Level | None:
    options: list[str] = [_ANY, *LEVELS]
    level = st.segmented_control(
        "Level",
        options,
        default=reading.wishes.level or _ANY,
        key=f"{key} level",
        help=_words(reading, "level"),
    )
    return next((one for one in LEVELS if one == level), None)


def _size(reading: Reading, key: str) -> tuple[float | None, int | None, int | None]:
    """Draw how long a set is, and return its minutes, and its questions at least and at most."""
    read = reading.wishes
    length, *counts = st.columns(3)
    minutes = length.number_input(
        "Minutes",
        min_value=5.0,
        max_value=480.0,
        value=read.minutes,
        step=5.0,
        placeholder="45 if nothing is said",
        key=f"{key} minutes",
        help=_words(reading, "minutes"),
    )
    fewest, most = (
        place.number_input(
            label,
            min_value=1,
            max_value=60,
            value=read.count or bound,
            placeholder="as many as fit",
            key=f"{key} {label}",
            help=_words(reading, "count") or "The same number in both: exactly so many.",
        )
        for place, label, bound in zip(
            counts, ("Questions, at least", "Questions, at most"), (read.fewest, read.most), strict=True
        )
    )
    return minutes, fewest, most


def _kinds(
    place: st.delta_generator.DeltaGenerator, label: str, kinds: Sequence[Kind], empty: str, key: str
) -> tuple[Kind, ...]:
    return tuple(place.multiselect(label, KINDS, default=list(kinds), placeholder=empty, key=key))


def _words(reading: Reading, name: str) -> str | None:
    """Return the words that a field was read from, as its help."""
    words = [escaped(_short(one.words)) for one in reading.inferred if one.field == name]
    return f"Read from: {'; '.join(dict.fromkeys(words))}" if words else None


def _short(words: str) -> str:
    return words if len(words) <= _WORDS_SHOWN else words[:_WORDS_SHOWN].rsplit(" ", 1)[0] + " …"
