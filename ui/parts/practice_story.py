"""The story bank: write STAR stories, and see which behavioural questions have none."""

from __future__ import annotations

import streamlit as st

from ui.parts.opened import as_opened, field_key
from ui.parts.plain import escaped
from ui.parts.practice_bank_models import Coverage, CoveredQuestion, Story
from ui.parts.practice_places import place, stay
from ui.state import api, session

_PARTS = {
    "situation": "Situation: product, stakes, scale",
    "task": "Task: what you had to do",
    "action": "Action: what you decided, and what you decided against",
    "result": "Result: measured, and what changed for good",
}
_MAX_CHARS = 5000
_MARKS = {"covered": ":material/check_circle:", "offered": ":material/help:", "gap": ":material/circle:"}


def show() -> None:
    """Draw the story that the address names, a new one, or the bank."""
    wanted = st.query_params.get("story")
    found = api().story_coverage()
    if not wanted:
        _bank(found)
        return
    st.button("All stories", icon=":material/arrow_back:", on_click=stay, args=("stories",), type="tertiary")
    kept = next((one for one in found.stories if one.story.id == wanted), None)
    if kept:
        for note in kept.form.notes:
            st.markdown(f":material/edit: {escaped(note)}")
        st.caption(f"{kept.form.minutes:g} minutes to tell")
    here = session()
    before = here.story if here.story and here.story.id == wanted else None
    here.story = as_opened(before, kept.story if kept else None, "title")
    _form(here.story, found)


def _bank(found: Coverage) -> None:
    st.markdown(
        "Stories in four parts, for nobody but you. Choose for each the questions that it answers; the page "
        "offers those that it comes near to."
    )
    st.button("Write a story", type="primary", on_click=stay, args=("stories",), kwargs={"story": "new"})
    if not found.stories:
        st.markdown(
            "None yet. Five usually cover a loop: an incident, a failure, a conflict, influence, help."
        )
    else:
        columns = st.columns(3)
        columns[0].metric("Covered", str(found.covered))
        columns[1].metric("Offered", str(found.offered))
        columns[2].metric("Gaps", str(found.gaps))
        rows = (
            f"- [{escaped(one.story.title)}]({place('stories', story=one.story.id)}), "
            f"{one.form.minutes:g} min" + (f": {escaped(' '.join(one.form.notes))}" if one.form.notes else "")
            for one in found.stories
        )
        st.markdown("\n".join(rows))
    st.subheader("Behavioural questions", anchor=False)
    st.markdown("\n".join(map(_question, found.questions)) or "This handbook has none.")


def _question(one: CoveredQuestion) -> str:
    told = {"covered": "", "offered": "perhaps ", "gap": ""}[one.state]
    stories = ", ".join(
        f"[{escaped(match.title)}]({place('stories', story=match.story_id)})" for match in one.stories
    )
    link = place("questions", question=one.question_id)
    return f"- {_MARKS[one.state]} [{escaped(one.question)}]({link}): {told}{stories or 'no story yet'}"


def _form(story: Story | None, found: Coverage) -> None:
    questions = {one.question_id: one.question for one in found.questions}
    kept = story.model_dump() if story else {}
    key = field_key(story, "new story")
    with st.form(f"story_{story.id if story else 'new'}", border=False):
        title = st.text_input("Title", value=kept.get("title", ""), max_chars=200, key=f"{key} title")
        parts = {
            name: st.text_area(
                label, value=kept.get(name, ""), max_chars=_MAX_CHARS, height=120, key=f"{key} {name}"
            )
            for name, label in _PARTS.items()
        }
        chosen = st.multiselect(
            "Questions that it answers",
            list(questions),
            default=[one for one in kept.get("question_ids", ()) if one in questions],
            format_func=lambda name: questions[name],
            placeholder="none yet",
            max_selections=50,
            key=f"{key} questions",
        )
        if st.form_submit_button("Keep", type="primary"):
            _keep(story, {"title": title.strip(), **parts, "question_ids": chosen})
    if story and st.button("Delete this story", icon=":material/delete:"):
        api().delete_story(story.id)
        stay("stories")
        st.rerun()


def _keep(story: Story | None, parts: dict[str, object]) -> None:
    if not parts["title"]:
        st.warning("Give it a title.")
        return
    made = api().change_story(story, parts) if story else api().add_story(parts)
    session().story = None
    stay("stories", story=made.id)
    st.rerun()
