"""The versions of a set: which there are, what changed between two, an older one made the newest again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from ui.parts.plain import escaped
from ui.parts.set_models import InterviewChange, SetChange, SetSummary, StoredSet
from ui.state import api

_TWO = 2
_SHOWN_CHARS = 160


def show_versions(stored: StoredSet, versions: Sequence[SetSummary]) -> None:
    """Draw the versions of a set, newest first, that is open at one of them."""
    newest = versions[0].version
    st.subheader("Versions", anchor=False)
    for one in versions:
        _row(one, stored)
    if stored.version < newest:
        label = f"Make version {stored.version} the newest again"
        if st.button(label, key=f"restore {stored.id} {stored.version}"):
            made = api().restore_set(stored.id, stored.version, after=newest)
            st.query_params["set"] = made.id
            st.query_params.pop("version", None)
            st.rerun()
    if len(versions) >= _TWO:
        _compare(stored, [one.version for one in versions])


def change_shown(change: SetChange) -> None:
    """Draw what changed between two versions."""
    rows = [
        f"- **{escaped(_name(field))}**: {escaped(_short(before))} → {escaped(_short(after))}"
        for field, (before, after) in (change.wishes | change.words).items()
    ]
    rows += [row for interview in change.interviews for row in _rows(interview)]
    if change.corpus_changed:
        rows.append("- The handbook changed between the two.")
    st.markdown("\n".join(rows) if rows else "Nothing changed.")


def _row(version: SetSummary, opened: StoredSet) -> None:
    made = version.created_at.strftime("%d %b %Y, %H\\:%M UTC") if version.created_at else ""
    name = f"Version {version.version}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if version.version == opened.version:
            st.markdown(f"**{name}, shown here**", width="content")
        else:
            st.button(
                name,
                key=f"show {opened.id} {version.version}",
                type="tertiary",
                on_click=_show,
                args=(opened.id, version.version),
            )
        st.markdown(f"{escaped(version.title)}, {made}", width="content")


def _show(set_id: str, version: int) -> None:
    st.query_params["set"], st.query_params["version"] = set_id, str(version)


def _compare(stored: StoredSet, numbers: list[int]) -> None:
    before, after = st.columns(2)
    other = next((one for one in numbers if one < stored.version), numbers[0])
    first = before.selectbox("From version", numbers, numbers.index(other), key=f"{stored.id} from")
    last = after.selectbox(
        "to version", numbers, numbers.index(stored.version), key=f"{stored.id} {stored.version} to"
    )
    if first == last:
        st.caption("Choose two different versions to see what changed.")
        return
    change_shown(api().set_changes(stored.id, first, last))


def _rows(interview: InterviewChange) -> Iterator[str]:
    name = escaped(interview.name)
    for what, questions in (
        ("added", interview.added),
        ("removed", interview.removed),
        ("moved", interview.moved),
        ("altered", interview.altered),
    ):
        yield from (f"- {name}, {what}: {escaped(question)}" for question in questions)
    if interview.minutes:
        yield f"- {name}: {interview.minutes[0]:g} → {interview.minutes[1]:g} minutes"
    if interview.difficulty:
        yield f"- {name}: difficulty {interview.difficulty[0]:.2f} → {interview.difficulty[1]:.2f}"


def _name(field: str) -> str:
    return "house rules" if field == "template" else field.replace("_", " ")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS].rsplit(" ", 1)[0] + " …"
