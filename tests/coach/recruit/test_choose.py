from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from coach.errors import NotFoundError
from coach.recruit.check import misses
from coach.recruit.choose import choose, in_order, share_probes
from coach.recruit.contract import CompetencyWish, PoolQuestion, Selection, Wishes
from coach.recruit.problem import PROBE_MINUTES
from tests.coach.recruit.pools import choices, pool, question

MIXED = pool(
    [
        question(f"{competency}{number}", competency, levels, kind, minutes)
        for competency in ("cost", "evaluation", "safety")
        for number, (levels, kind, minutes) in enumerate(
            [
                (("senior",), "design", 3.0),
                (("mid", "senior"), "debugging", 2.0),
                (("senior", "staff"), "scenario", 4.0),
                (("staff",), "conceptual", 3.0),
                (("junior",), "conceptual", 2.0),
                (("senior",), "behavioural", 3.0),
            ]
        )
    ]
)


def names(selection: Selection) -> list[list[str]]:
    return [[one.question.id for one in made.questions] for made in selection.sets]


def test_what_is_stated_holds() -> None:
    """A set that can be made has its count, length, level, kinds and shares of competencies."""
    wishes = Wishes(
        level="senior",
        count=4,
        minutes=20,
        kinds=("design", "debugging"),
        competencies=(CompetencyWish(id="cost", weight=3), CompetencyWish(id="safety")),
    )
    selection = choose(MIXED, wishes)
    assert selection.conflict is None
    assert misses(MIXED, wishes, selection.sets) == ()
    (made,) = selection.sets
    assert 19 <= made.minutes <= 21
    assert made.competencies == {"cost": 2, "safety": 2}  # three would need a third design or debugging one
    assert selection.compromises


def test_a_must_have_of_another_topic_comes_in_addition() -> None:
    """A question asked for by name joins the topics that are asked for; their shares leave it out."""
    wishes = Wishes(
        count=5,
        must_have=("safety0",),
        competencies=(CompetencyWish(id="cost", weight=3), CompetencyWish(id="evaluation")),
    )
    selection = choose(MIXED, wishes)
    assert selection.conflict is None
    assert misses(MIXED, wishes, selection.sets) == ()
    held = selection.sets[0].competencies
    assert held["safety"] == 1
    assert 2 <= held["cost"] <= 4
    assert 1 <= held["evaluation"] <= 2


def test_a_must_have_of_another_topic_may_stand_in_any_of_several_sets() -> None:
    """One of the forms has it; no other question of its topic comes in."""
    wishes = Wishes(
        count=3,
        forms=2,
        must_have=("safety0",),
        competencies=(CompetencyWish(id="cost"), CompetencyWish(id="evaluation", weight=2)),
    )
    selection = choose(MIXED, wishes)
    assert selection.conflict is None
    assert misses(MIXED, wishes, selection.sets) == ()
    assert sorted(one.competencies.get("safety", 0) for one in selection.sets) == [0, 1]


def test_a_length_that_nobody_asked_for_gives_way() -> None:
    """Where the usual length cannot be filled the set is shorter and says so; one that was stated holds."""
    wishes = Wishes(level="senior", kinds=("design",), competencies=(CompetencyWish(id="cost"),))
    selection = choose(MIXED, wishes)
    assert selection.conflict is None
    assert names(selection) == [["cost0"]]
    assert any("too few" in told for told in selection.compromises)
    assert choose(MIXED, wishes.model_copy(update={"minutes": 45})).conflict is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"kinds": ("debugging",)},
        {"avoid_competencies": ("safety",)},
        {"avoid_questions": ("safety0",)},
        {"count": 1, "must_have": ("safety0", "safety1")},
    ],
)
def test_a_must_have_that_is_ruled_out_stays_a_conflict(changes: dict[str, object]) -> None:
    """A question of a kind that is not wanted, one to avoid, and two where there is room for one."""
    fields = {"count": 3, "must_have": ("safety0",), "competencies": ({"id": "cost"},)} | changes
    assert choose(MIXED, Wishes.model_validate(fields)).conflict is not None


def test_the_same_seed_gives_the_same_set_and_another_one_another() -> None:
    """A choice can be repeated; the seed varies it."""
    made = [names(choose(MIXED, Wishes(count=3, seed=seed))) for seed in (1, 1, 2, 3, 4, 5)]
    assert made[0] == made[1]
    assert any(other != made[0] for other in made[2:])


def test_forms_share_no_question_and_are_equally_hard() -> None:
    """Parallel forms have nothing in common but their difficulty."""
    hard = pool([question(f"q{n}", difficulty=2.0 + (n % 4) / 2, minutes=3) for n in range(16)])
    selection = choose(hard, Wishes(count=4, forms=4))
    used = [one for ids in names(selection) for one in ids]
    assert len(used) == len(set(used)) == 16
    assert {made.difficulty for made in selection.sets} == {2.75}
    assert [made.name for made in selection.sets] == ["Form A", "Form B", "Form C", "Form D"]


def test_near_duplicates_never_meet() -> None:
    """Of two questions that ask nearly the same one set holds at most one."""
    twins = pool([question("a"), question("b"), question("c")], twins=[("a", "b")])
    selection = choose(twins, Wishes(count=2))
    assert names(selection) in ([["a", "c"]], [["b", "c"]])


def test_what_others_build_on_comes_first() -> None:
    """The order runs from easy to hard, which puts each question behind what it builds on."""
    later, earlier = question("a", difficulty=3, prerequisites=["z"]), question("z", difficulty=2)
    assert [one.id for one in in_order([later, earlier])] == ["z", "a"]


def test_a_named_question_comes_and_its_reason_says_so() -> None:
    """A must-have stands in the set, whatever its score."""
    selection = choose(MIXED, Wishes(count=3, must_have=("safety4",), level="mid"))
    chosen = next(one for one in selection.sets[0].questions if one.question.id == "safety4")
    assert "asked for by name" in chosen.reasons[0]


def test_too_many_questions_for_the_time_is_named_with_the_nearest_set() -> None:
    """Count and length that exclude each other are told apart from the rest, with the figures."""
    selection = choose(MIXED, Wishes(count=10, minutes=10))
    assert selection.conflict is not None
    assert selection.conflict.conditions == ("count", "minutes")
    assert "take 24 minutes at least" in selection.conflict.because
    assert selection.sets
    assert selection.conflict.given_up


@pytest.mark.parametrize(
    ("wishes", "count"),
    [
        (Wishes(most=8, minutes=20), 3),
        (Wishes(fewest=5, minutes=20), 5),
        (Wishes(fewest=4, most=6), 6),
        (Wishes(fewest=7), 7),
        (Wishes(most=2, minutes=10), 2),
    ],
)
def test_within_bounds_the_length_decides_how_many_questions_there_are(wishes: Wishes, count: int) -> None:
    """Bounds hold; between them a set has the usual number for its length, and without one the most."""
    selection = choose(MIXED, wishes)
    assert selection.conflict is None
    assert misses(MIXED, wishes, selection.sets) == ()
    assert len(selection.sets[0].questions) == count


def test_bounds_that_the_time_excludes_are_named() -> None:
    """Too few questions for the time cannot be met; the reason and the nearest set speak of the bound."""
    selection = choose(MIXED, Wishes(fewest=10, minutes=10))
    assert selection.conflict is not None
    assert selection.conflict.because.startswith("at least 10 questions and 10 minutes cannot hold together")
    assert any("instead of at least 10" in one for one in selection.conflict.given_up)


@pytest.mark.parametrize("sizes", [{"count": 5, "most": 6}, {"fewest": 6, "most": 5}])
def test_sizes_that_exclude_each_other_are_no_wishes(sizes: dict[str, int]) -> None:
    """A number beside bounds, or bounds the wrong way round, are refused by name."""
    with pytest.raises(ValidationError, match="fewest"):
        Wishes.model_validate(sizes)


def test_a_competency_without_questions_of_the_kind_is_named() -> None:
    """More questions than the handbook has of a kind cannot be met, and it says how many there are."""
    wishes = Wishes(count=5, kinds=("debugging",), level="senior")
    conflict = choose(MIXED, wishes).conflict
    assert conflict is not None
    assert set(conflict.conditions) == {"count", "kinds"}
    assert "3 such questions; 5 would be needed" in conflict.because


def test_what_was_left_out_is_part_of_the_reason() -> None:
    """Where questions that would fit are to be avoided, the reason says how many and why."""
    wishes = Wishes(count=4, competencies=(CompetencyWish(id="cost"),), avoid_kinds=("conceptual", "design"))
    assert choose(MIXED, wishes.model_copy(update={"avoid_kinds": ()})).conflict is None
    conflict = choose(MIXED, wishes).conflict
    assert conflict is not None
    assert "1 because design questions are to be avoided." in conflict.because


def test_a_wish_that_contradicts_itself_is_named() -> None:
    """What is asked for and to be avoided at once is a conflict; the nearest set leaves it out."""
    selection = choose(MIXED, Wishes(count=3, kinds=("design", "scenario"), avoid_kinds=("design",)))
    assert selection.conflict is not None
    assert selection.conflict.conditions == ("request",)
    assert "Design questions are both asked for and to be avoided" in selection.conflict.because
    assert {one.question.kind for one in selection.sets[0].questions} == {"scenario"}


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(count=3, competencies=(CompetencyWish(id="cost"),), avoid_competencies=("cost",)),
        Wishes(count=3, kinds=("design",), avoid_kinds=("design",)),
        Wishes(count=3, must_have=("safety0",), avoid_questions=("safety0",)),
    ],
)
def test_the_nearest_set_to_a_contradiction_says_what_it_departs_in(wishes: Wishes) -> None:
    """What was asked for and is left out is told of the set, as for every other conflict."""
    selection = choose(MIXED, wishes)
    assert selection.conflict is not None
    assert selection.conflict.given_up == tuple(one.told for one in misses(MIXED, wishes, selection.sets))
    assert selection.conflict.given_up


def test_a_must_have_on_a_topic_to_avoid_contradicts_itself() -> None:
    """A question that must come and holds the words to avoid is named; it is not said to be missing."""
    conflict = choose(MIXED, Wishes(count=3, must_have=("safety0",), avoid_topics=("safety0",))).conflict
    assert conflict is not None
    assert conflict.because == "'What about safety0?' must come and is to be avoided."


def test_one_named_question_is_told_in_the_singular() -> None:
    """A sentence about a single question that must come speaks of one."""
    conflict = choose(MIXED, Wishes(count=3, kinds=("debugging",), must_have=("safety0",))).conflict
    assert conflict is not None
    assert "1 named question cannot" in conflict.because


def test_nothing_left_is_no_set() -> None:
    """If all is to be avoided there is no set, not even a nearest one."""
    selection = choose(MIXED, Wishes(count=1, avoid_competencies=("cost", "evaluation", "safety")))
    assert selection.sets == ()
    assert selection.conflict is not None
    assert "nothing of the handbook is left" in selection.conflict.because


def test_topics_to_avoid_are_found_in_any_form_of_the_words() -> None:
    """A topic is avoided by its stems in any wording of a question."""
    few = pool([question("caching"), question("billing")])
    selection = choose(few, Wishes(count=1, avoid_topics=("bills",)))
    assert names(selection) == [["caching"]]


@pytest.mark.parametrize(
    "wishes",
    [Wishes(competencies=(CompetencyWish(id="cooking"),)), Wishes(must_have=("nobody",))],
)
def test_unknown_names_are_refused(wishes: Wishes) -> None:
    """A competency or question that the handbook lacks is an error that says so."""
    with pytest.raises(NotFoundError, match=r"cooking|nobody"):
        choose(MIXED, wishes)


def _feasible(questions: Sequence[PoolQuestion], count: int, minutes: float) -> bool:
    """Whether some choice of `count` fits the length: by looking at all of them."""
    for made in choices(questions, count):
        if sum("senior" in one.levels for one in made) < count / 2:
            continue
        answers, probes = sum(one.minutes for one in made), sum(one.probes for one in made)
        spans = (answers + PROBE_MINUTES * asked for asked in range(probes + 1))
        if any(abs(span - minutes) <= 0.05 * minutes for span in spans):
            return True
    return False


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cost", "safety"]),
            st.sampled_from([("senior",), ("mid",), ("staff", "senior")]),
            st.sampled_from([1.0, 2.0, 5.0]),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 5),
    st.sampled_from([5.0, 8.0, 12.0, 20.0]),
)
def test_the_solver_finds_a_set_exactly_if_there_is_one(
    rows: list[tuple[str, tuple[str, ...], float, int]], count: int, minutes: float
) -> None:
    """Looking at every choice and the solver agree on what can be met; what it returns meets it."""
    made = pool(
        [
            question(f"q{place}", competency, levels, "design", spoken, probes)  # type: ignore[arg-type]
            for place, (competency, levels, spoken, probes) in enumerate(rows)
        ]
    )
    wishes = Wishes(count=count, minutes=minutes, level="senior")
    selection = choose(made, wishes)
    assert (selection.conflict is None) == _feasible(made.questions, count, minutes)
    assert (misses(made, wishes, selection.sets) == ()) == (selection.conflict is None)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 20))
def test_probes_are_shared_evenly(rooms: list[int], probes: int) -> None:
    """Every probe that there is room for is given, and nobody gets two more than another with room."""
    questions = [question(f"q{place}", probes=room) for place, room in enumerate(rooms)]
    shares = share_probes(questions, probes)
    assert sum(shares.values()) == min(probes, sum(rooms))
    open_ones = [shares[one.id] for one in questions if shares[one.id] < one.probes]
    assert not open_ones or max(shares.values()) - min(open_ones) <= 1
