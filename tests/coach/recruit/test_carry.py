from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import UsageError
from coach.recruit.carry import Carried, Conflicts, carry
from coach.recruit.contract import CompetencyWish, Wishes
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.template import TemplateRules, applied

_SOME = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4).map(tuple)


def rules(**fields: Any) -> TemplateRules:
    return TemplateRules(title="House", **fields)


def made(**wishes: Any) -> QuestionSet:
    return QuestionSet(title="s", wishes=Wishes(**wishes), titles={}, interviews=(), corpus_hash="c")


def carried(own: QuestionSet, old: TemplateRules, new: TemplateRules, how: Conflicts = "keep") -> Carried:
    return carry(own, old, new, how)


@st.composite
def house_rules(draw: st.DrawFn) -> TemplateRules:
    """Draw rules that name questions a to f."""
    questions = draw(_SOME)
    avoided = tuple(one for one in draw(_SOME) if one not in questions)
    return rules(
        questions=questions,
        avoid_questions=avoided,
        avoid_topics=draw(_SOME),
        minutes=draw(st.sampled_from([None, 30.0, 45.0])),
        introduction=draw(st.sampled_from(["", "Hello.", "Welcome."])),
    )


@given(before=house_rules(), after=house_rules())
def test_a_set_that_nobody_changed_follows_the_edit(before: TemplateRules, after: TemplateRules) -> None:
    """It ends with exactly what the new rules give to its request, and nothing is kept back."""
    request = Wishes(level="senior", count=3)
    first = QuestionSet(
        title="s",
        wishes=applied(before, request),
        introduction=before.introduction,
        titles={},
        interviews=(),
        corpus_hash="c",
    )
    done, wanted = carried(first, before, after), applied(after, request)
    assert done.kept == ()
    assert (done.introduction, done.wishes.minutes) == (after.introduction, wanted.minutes)
    for name in ("must_have", "avoid_questions", "avoid_topics"):
        assert set(getattr(done.wishes, name)) == set(getattr(wanted, name))


@given(before=house_rules(), own=_SOME, introduction=st.text(max_size=5))
def test_without_an_edit_nothing_changes(
    before: TemplateRules, own: tuple[str, ...], introduction: str
) -> None:
    """Whatever a set has of its own, the same rules leave it."""
    first = made(must_have=own, minutes=60).model_copy(update={"introduction": introduction})
    done = carried(first, before, before)
    assert (done.wishes, done.introduction, done.kept) == (first.wishes, introduction, ())


def test_a_value_of_the_sets_own_stays_and_is_named() -> None:
    """Both sides are told; taking the template's is a choice."""
    own = made(minutes=60)
    done = carried(own, rules(minutes=45), rules(minutes=50))
    assert done.wishes.minutes == 60
    assert [(one.field, one.own, one.template) for one in done.kept] == [("minutes", "60", "50")]
    taken = carried(own, rules(minutes=45), rules(minutes=50), "take")
    assert (taken.wishes.minutes, taken.kept) == (50, ())


def test_what_was_removed_by_hand_stays_out() -> None:
    """A fixed question that somebody took out does not come back with an edit of something else."""
    own = made(must_have=("b",))
    done = carried(own, rules(questions=("a", "b")), rules(questions=("a", "b", "c")))
    assert done.wishes.must_have == ("b", "c")


@pytest.mark.parametrize(
    ("own", "edit", "kept", "field"),
    [
        ({"avoid_questions": ("x",)}, {"questions": ("x",)}, "without x", "must_have"),
        ({"must_have": ("x",)}, {"avoid_questions": ("x",)}, "without x", "avoid_questions"),
        ({"kinds": ("design",)}, {"avoid_kinds": ("design",)}, "without design", "avoid_kinds"),
        (
            {"competencies": (CompetencyWish(id="cost"),)},
            {"avoid_competencies": ("cost",)},
            "without cost",
            "avoid_competencies",
        ),
    ],
)
def test_an_edit_that_contradicts_the_set_is_a_conflict(
    own: dict[str, Any], edit: dict[str, Any], kept: str, field: str
) -> None:
    """It is named and left out; taking the template's side drops what the set said against it."""
    done = carried(made(**own), rules(), rules(**edit))
    assert [one.own for one in done.kept] == [kept]
    assert getattr(done.wishes, field) == ()
    taken = carried(made(**own), rules(), rules(**edit), "take")
    assert taken.kept == ()
    assert getattr(taken.wishes, field) != ()
    assert getattr(taken.wishes, next(iter(own))) == ()


def test_weights_are_merged_by_question() -> None:
    """One that was weighed by hand keeps its weight, another one follows the template."""

    def weighed(question: str, weight: float) -> Weighting:
        return Weighting(question_id=question, weight=weight, reason="because")

    before = rules(questions=("a", "b"), weightings=(weighed("a", 1.5), weighed("b", 1.5)))
    after = rules(questions=("a", "b"), weightings=(weighed("a", 2), weighed("b", 2)))
    own = made(must_have=("a", "b")).model_copy(update={"weightings": (weighed("a", 3), weighed("b", 1.5))})
    done = carried(own, before, after)
    assert {one.question_id: one.weight for one in done.weightings} == {"a": 3, "b": 2}
    assert [one.field for one in done.kept] == ["weightings"]


def test_lists_that_are_too_long_together_are_refused() -> None:
    """Nothing is kept that could not be read again."""
    many = tuple(f"q{number}" for number in range(40))
    more = tuple(f"r{number}" for number in range(40))
    with pytest.raises(UsageError, match="must_have"):
        applied(rules(questions=many), Wishes(must_have=more))
    with pytest.raises(UsageError, match="must_have"):
        carried(made(must_have=more), rules(), rules(questions=many))
