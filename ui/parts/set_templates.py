"""House rules: chosen for a set, edited, and brought to the sets that are built on them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.models import KINDS
from ui.parts.opened import as_opened, field_key
from ui.parts.plain import escaped
from ui.parts.set_models import Competency, Rules, SetSummary, SetUpdate, StoredTemplate
from ui.parts.set_versions import change_shown
from ui.state import Asked, LookedAt, api, session

_NONE = ""
_EDITED = "template_edited"
_SAVED = "template_saved"
_MOST_APPLIED = 20


def chosen_template(templates: Sequence[SetSummary]) -> str:
    """Draw the choice of house rules for a new set and return their id, empty for none."""
    if not templates:
        return _NONE
    titles = {one.id: one.title for one in templates}
    return st.selectbox(
        "House rules",
        [_NONE, *titles],
        format_func=lambda one: titles.get(one, "none"),
        key="template_of_set",
        help="Fixed questions, words, minutes and what to avoid, the same in all sets built on them.",
    )


def show_templates(templates: Sequence[SetSummary], competencies: Sequence[Competency]) -> None:
    """Draw the editor of house rules and what an edit does to sets."""
    with st.expander("Edit house rules"):
        titles = {one.id: one.title for one in templates}
        _tell_saved()
        chosen = st.selectbox(
            "Which",
            [_NONE, *titles],
            format_func=lambda one: titles.get(one, "New house rules"),
            key=_EDITED,
        )
        here, newest = session(), api().template(chosen) if chosen else None
        before = here.rules if here.rules and here.rules.id == chosen else None
        here.rules = as_opened(before, newest, "name")
        rules = _fields(here.rules, competencies)
        if st.button("Save house rules", disabled=not rules.title.strip(), key="save_template"):
            _save(rules, here.rules)
        if newest:
            st.caption(f"Version {newest.version}. No set changes until you apply it.")
            _sets_of(newest)


def _save(rules: Rules, before: StoredTemplate | None) -> None:
    if before and rules == before.rules:
        st.toast("Nothing was changed.")
        return
    st.session_state[_SAVED] = api().save_template(rules, before)
    session().looked_at = session().rules = None
    st.rerun()


def _tell_saved() -> None:
    """Open what was saved in the run before; the choice of rules cannot be set once it is drawn."""
    made: StoredTemplate | None = st.session_state.pop(_SAVED, None)
    if made:
        st.session_state[_EDITED] = made.id
        st.toast(f"House rules saved, version {made.version}.")


def _fields(stored: StoredTemplate | None, competencies: Sequence[Competency]) -> Rules:
    rules = stored.rules if stored else Rules(title="")
    key = field_key(stored, "new template")
    titles = {one.id: one.title for one in competencies}
    title = st.text_input("Name of the rules", rules.title, max_chars=200, key=f"{key} name")
    introduction = st.text_area(
        "Said first to every candidate", rules.introduction, max_chars=4000, key=f"{key} introduction"
    )
    notes = st.text_area("Notes for interviewers", rules.notes, max_chars=8000, key=f"{key} notes")
    minutes = st.number_input(
        "Usual minutes",
        5.0,
        480.0,
        rules.minutes,
        step=5.0,
        placeholder="left to each set",
        key=f"{key} minutes",
    )
    questions = _questions(rules, key)
    kinds = st.multiselect("Kinds to avoid", KINDS, list(rules.avoid_kinds), key=f"{key} kinds")
    avoided = st.multiselect(
        "Chapters to avoid",
        list(titles),
        [one for one in rules.avoid_competencies if one in titles],
        format_func=lambda one: titles.get(one, one),
        key=f"{key} avoided",
    )
    topics = st.text_area(
        "Words that no question may hold, a line each",
        "\n".join(rules.avoid_topics),
        height=80,
        key=f"{key} words",
    )
    return rules.model_copy(
        update={
            "title": title,
            "introduction": introduction,
            "notes": notes,
            "minutes": minutes,
            "questions": tuple(questions),
            "weightings": tuple(one for one in rules.weightings if one.question_id in questions),
            "avoid_kinds": tuple(kinds),
            "avoid_competencies": tuple(avoided),
            "avoid_topics": tuple(
                dict.fromkeys(line.strip() for line in topics.splitlines() if line.strip())
            ),
        }
    )


def _questions(rules: Rules, key: str) -> list[str]:
    """Draw the fixed questions: those of the rules and those that were collected in the handbook."""
    collected = session().collected
    known = {one: collected.get(one) or api().question(one).question for one in rules.questions} | collected
    return st.multiselect(
        "Questions of every set",
        list(known),
        list(rules.questions),
        format_func=lambda one: known.get(one, one),
        placeholder="“Add to set” in the handbook offers questions here",
        key=f"{key} questions",
    )


def _sets_of(stored: StoredTemplate) -> None:
    """Draw the sets that follow an older version, and what was last done to them, or would be."""
    behind = [one for one in api().template_sets(stored.id).sets if one.template_version != stored.version]
    if behind:
        _bring_to(behind, stored)
    else:
        st.caption("All sets that are built on them follow this version.")
    last = session().looked_at
    if last and (last.asked.template_id, last.asked.version) == (stored.id, stored.version):
        for update in last.updates:
            _update(update)


def _bring_to(behind: Sequence[SetSummary], stored: StoredTemplate) -> None:
    visitor = session()
    titles = {one.id: one.title for one in behind}
    sets = st.multiselect(
        "Sets that follow an older version",
        list(titles),
        list(titles)[:_MOST_APPLIED],
        format_func=lambda one: titles.get(one, one),
        max_selections=_MOST_APPLIED,
        key=f"{stored.id} {stored.version} sets",
    )
    take = st.toggle(
        "Where a set has a value of its own, take that of the rules",
        key=f"{stored.id} {stored.version} take",
        help="Otherwise the set keeps its own value, and it is named below.",
    )
    look, do = st.columns(2)
    asked = Asked(stored.id, stored.version, tuple(sets), take)
    if look.button("Show what would change", disabled=not sets, key="template_dry_run", width="stretch"):
        _apply(asked, dry_run=True)
    if visitor.looked_at and visitor.looked_at.dry_run and visitor.looked_at.asked != asked:
        visitor.looked_at = None
    seen = visitor.looked_at is not None and visitor.looked_at.dry_run
    if do.button("Apply", disabled=not seen, key="template_apply", width="stretch"):
        _apply(asked, dry_run=False)
        st.rerun()


def _apply(asked: Asked, *, dry_run: bool) -> None:
    """Bring rules to sets, or look at it; what came of it is kept, for a click meanwhile ends the drawing."""
    door, visitor = api(), session()
    with st.spinner("Building the sets anew …"):
        how = "take" if asked.take else "keep"
        done = door.apply_template(asked.template_id, asked.sets, conflicts=how, dry_run=dry_run)
        visitor.looked_at = LookedAt(asked, done.sets, dry_run)


def _update(update: SetUpdate) -> None:
    with st.container(border=True):
        title = f"[{escaped(update.title or update.id)}](sets?set={update.id})"
        if update.outcome == "refused":
            st.markdown(f"{title} is not changed: {escaped(update.because)}")
            return
        done = f"is now version {update.written}" if update.written else "would change"
        st.markdown(f"{title} {done}")
        if update.change:
            change_shown(update.change)
        for one in update.kept:
            st.markdown(
                f"- keeps its own **{escaped(one.field.replace('_', ' '))}**: {escaped(one.own)} "
                f"(the rules: {escaped(one.template)})"
            )
        if update.cannot_be_met:
            st.markdown(f"**Cannot be met because** {escaped(update.cannot_be_met)}")
