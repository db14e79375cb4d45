"""House rules end to end: a set is built on them, an edit reaches it, and nothing else moves."""

from __future__ import annotations

import pytest

from coach.errors import NotFoundError, UsageError
from coach.export.markdown import to_markdown
from coach.recruit.contract import CompetencyWish, TemplateUse, Wishes
from coach.recruit.guide import to_guide
from coach.recruit.order import Order, build_first, build_next
from coach.recruit.reapply import Reapplied, Reapplier
from coach.recruit.recruiter import Recruiter
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.store import SetStore, StoredSet, StoredTemplate, TemplateStore
from coach.recruit.template import TemplateRules
from coach.store.database import Database
from coach.store.owner import Owner

ANA, BEN, EVE = Owner("acme", "ana"), Owner("acme", "ben"), Owner("other", "eve")
ORDER = Order(wishes=Wishes(level="senior", count=4), title="Loop")


def asked(made: QuestionSet) -> set[str]:
    return {pack.question.id for one in made.interviews for pack in one.packs}


@pytest.fixture
def fixed(recruiter: Recruiter) -> str:
    """A question that an ordinary set does not have."""
    usual = asked(build_first(recruiter, ORDER))
    return next(one.id for one in recruiter.pool.questions if one.id not in usual and "senior" in one.levels)


class House:
    """A template with a set that is built on it."""

    def __init__(self, database: Database, recruiter: Recruiter, rules: TemplateRules) -> None:
        self.sets, self.templates = SetStore(database), TemplateStore(database)
        self.recruiter = recruiter
        self.template: StoredTemplate = self.templates.add(ANA, rules)
        self.set: StoredSet = self.sets.add(ANA, build_first(recruiter, ORDER, self.template))

    def edit(self, **changes: object) -> None:
        """Make the next version of the template."""
        rules = self.template.rules.model_copy(update=changes)
        self.template = self.templates.add_version(BEN, self.template.id, rules, after=self.template.version)

    def apply(self, *sets: str, dry_run: bool = False) -> Reapplied:
        reapplier = Reapplier(self.recruiter, self.sets, self.templates)
        return reapplier.reapply(ANA, self.template.id, sets or (self.set.id,), dry_run=dry_run)

    @property
    def now(self) -> QuestionSet:
        return self.sets.get("acme", self.set.id).made


@pytest.fixture
def house(database: Database, recruiter: Recruiter) -> House:
    """Rules with words alone."""
    return House(database, recruiter, TemplateRules(title="House", introduction="Welcome.", notes="Be kind."))


def test_a_set_remembers_its_rules_and_prints_their_words(house: House) -> None:
    """Template and version stand in the set; interviewers read the notes and say the introduction."""
    made = house.set.made
    assert made.template == TemplateUse(id=house.template.id, version=1, title="House")
    guide = to_markdown(to_guide(made))
    assert "Welcome." in guide
    assert "Be kind." in guide


def test_fixed_questions_and_their_weights_come_in(
    database: Database, recruiter: Recruiter, fixed: str
) -> None:
    """A question of the rules is asked, and counts as the rules say."""
    weighting = Weighting(question_id=fixed, weight=2, reason="We ask everybody.")
    house = House(database, recruiter, TemplateRules(title="H", questions=(fixed,), weightings=(weighting,)))
    assert fixed in asked(house.set.made)
    assert house.set.made.weightings == (weighting,)


def test_a_dry_run_tells_what_the_edit_does_and_writes_nothing(house: House) -> None:
    """The difference is that of the version which applying makes."""
    house.edit(introduction="Good morning.")
    told = house.apply(dry_run=True).sets[0]
    assert (told.outcome, told.written) == ("changed", None)
    assert house.sets.get("acme", house.set.id).version == 1
    done = house.apply().sets[0]
    assert done.change == told.change
    assert (done.written, house.now.introduction) == (2, "Good morning.")
    assert asked(house.now) == asked(house.set.made)
    assert house.apply().sets[0].outcome == "current"


def test_a_new_fixed_question_moves_no_more_than_it_must(house: House, fixed: str) -> None:
    """It takes the place of one question; the others stay."""
    house.edit(questions=(fixed,))
    done = house.apply().sets[0]
    assert done.change is not None
    assert fixed in asked(house.now)
    assert len(asked(house.now) & asked(house.set.made)) == 3
    assert len(done.change.interviews[0].removed) == 1


def test_what_was_changed_by_hand_stays(house: House, recruiter: Recruiter) -> None:
    """A set with an introduction of its own keeps it, and the conflict is named; the rest follows."""
    own = build_next(recruiter, Order(introduction="Hi."), house.set.made)
    assert asked(own) == asked(house.set.made)
    house.sets.add_version(BEN, house.set.id, own, after=1)
    house.edit(introduction="Good morning.", notes="Be brief.")
    done = house.apply().sets[0]
    assert [(one.field, one.own) for one in done.kept] == [("introduction", "Hi.")]
    assert done.change is not None
    assert done.change.words["template"] == ("House, version 1", "House, version 2")
    assert (house.now.introduction, house.now.notes) == ("Hi.", "Be brief.")
    assert house.now.template == TemplateUse(id=house.template.id, version=2, title="House")


def test_what_a_version_does_not_speak_of_stays(house: House, recruiter: Recruiter) -> None:
    """Title, words and rules go on to the next version; wishes that change are built anew."""
    made = build_next(recruiter, Order(wishes=Wishes(level="senior", count=3)), house.set.made)
    assert (made.title, made.introduction, made.template) == ("Loop", "Welcome.", house.set.made.template)
    assert len(asked(made)) == 3


def test_a_weight_changes_no_question(database: Database, recruiter: Recruiter) -> None:
    """Any question of a set can be weighed after an edit moved others; one that is not in it cannot."""
    house = House(database, recruiter, TemplateRules(title="House"))
    gone = max(asked(house.set.made))
    house.edit(avoid_questions=(gone,))
    house.apply()
    house.edit(avoid_questions=())
    house.apply()
    assert gone not in asked(house.now)
    for one in sorted(asked(house.now)):
        weighed = (Weighting(question_id=one, weight=2, reason="We do this daily."),)
        made = build_next(recruiter, Order(weightings=weighed), house.now)
        assert (made.interviews, made.weightings) == (house.now.interviews, weighed)
    unknown = Weighting(question_id=gone, weight=2, reason="We do this daily.")
    with pytest.raises(NotFoundError, match="not in the set"):
        build_next(recruiter, Order(weightings=(unknown,)), house.now)


def test_a_version_moves_no_more_questions_than_it_must(house: House, recruiter: Recruiter) -> None:
    """A further question joins those that are there; another seed is another set."""
    seen = asked(house.set.made)
    house.edit(avoid_questions=(max(seen),))
    house.apply()
    house.edit(avoid_questions=())
    house.apply()
    kept = asked(house.now)
    assert kept < asked(build_next(recruiter, Order(wishes=Wishes(count=5)), house.now))
    others = [build_next(recruiter, Order(wishes=Wishes(seed=seed)), house.now) for seed in (1, 2, 3)]
    assert any(asked(one) != kept for one in others)


RULES = TemplateRules(
    title="House",
    minutes=30,
    avoid_kinds=("behavioural",),
    avoid_topics=("blockchain",),
    competencies=(CompetencyWish(id="cost", weight=2), CompetencyWish(id="incident-response")),
)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("make it 60 minutes", {"minutes": 60}),
        ("6 to 8 questions", {"count": None, "fewest": 6, "most": 8}),
        ("mid level, no system design", {"level": "mid", "avoid_kinds": ("behavioural", "design")}),
        ("debugging questions only", {"kinds": ("debugging",)}),
        (
            "no cost questions",
            {"competencies": RULES.competencies[1:], "avoid_competencies": ("cost",)},
        ),
    ],
)
def test_a_text_changes_what_it_speaks_of(
    database: Database, recruiter: Recruiter, text: str, changes: dict[str, object]
) -> None:
    """A version from words keeps every wish that they do not mention, the house rules' as well."""
    before = House(database, recruiter, RULES).set.made
    made = build_next(recruiter, Order(text=text), before)
    assert (made.request, made.wishes) == (text, before.wishes.model_copy(update=changes))


def test_what_a_text_asks_for_is_not_ruled_out_any_more(recruiter: Recruiter) -> None:
    """The last word counts; a text that contradicts itself still does."""
    before = build_first(recruiter, Order(text="no cost questions, nothing behavioural, senior"))
    assert before.wishes.avoid_competencies == ("cost",)
    after = build_next(recruiter, Order(text="cost"), before).wishes
    assert [one.id for one in after.competencies] == ["cost"]
    assert (after.avoid_competencies, after.avoid_kinds, after.level) == ((), ("behavioural",), "senior")


BOTH = (CompetencyWish(id="cost"), CompetencyWish(id="incident-response"))
COST = BOTH[:1]


@pytest.mark.parametrize(
    ("had", "text", "changes"),
    [
        (BOTH, "Make it harder.", {"level": "staff"}),
        (BOTH, "that was too hard, 20 minutes", {"level": "mid", "minutes": 20}),
        (COST, "Also add a question on incidents", {"competencies": BOTH}),
        (COST, "add 2 questions on incidents", {"competencies": BOTH, "count": 6}),
        (BOTH, "one question fewer", {"count": 3}),
        (BOTH, "six questions", {"count": 6}),
        (BOTH, "more cost please", {"competencies": (CompetencyWish(id="cost", weight=2), BOTH[1])}),
        (BOTH, "fewer incidents", {"competencies": (COST[0], CompetencyWish(id=BOTH[1].id, weight=0.5))}),
        (BOTH, "cost questions in 20 minutes", {"minutes": 20}),
        (BOTH, "cost only", {"competencies": COST}),
        (COST, "incidents", {"competencies": BOTH[1:]}),
    ],
)
def test_a_change_in_words_leaves_other_topics(
    recruiter: Recruiter, had: tuple[CompetencyWish, ...], text: str, changes: dict[str, object]
) -> None:
    """Topics go only if a text rules them out, names others alone, or says that there are no more of them."""
    before = build_first(recruiter, Order(wishes=Wishes(level="senior", count=4, competencies=had)))
    after = build_next(recruiter, Order(text=text), before).wishes
    assert after.model_copy(update={"focus": ""}) == before.wishes.model_copy(update=changes)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Thanks, looks good!", "nothing of this could be read"),
        ("Shuffle the order", "nothing of this could be read"),
        ("Replace the third question.", "single questions"),
        ("Keep 1 and 3, redo the rest", "single questions"),
        ("harder", "no level above staff"),
        ("also incidents", "no topics of its own"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused(recruiter: Recruiter, text: str, why: str) -> None:
    """No version is made that differs in what nobody asked for; the error says what can be."""
    before = build_first(recruiter, Order(wishes=Wishes(level="staff", count=3)))
    with pytest.raises(UsageError, match=why) as error:
        build_next(recruiter, Order(text=text), before)
    assert error.value.hint


def test_wishes_that_are_left_out_stay(house: House, recruiter: Recruiter) -> None:
    """Of wishes that are sent those that were given hold, one size for another; all given replace all."""
    before = house.set.made
    sized = build_next(recruiter, Order(wishes=Wishes(fewest=3, most=5)), before)
    assert sized.wishes == Wishes(level="senior", fewest=3, most=5)
    avoiding = build_next(recruiter, Order(wishes=Wishes(avoid_kinds=("design",))), sized)
    assert avoiding.wishes == Wishes(level="senior", fewest=3, most=5, avoid_kinds=("design",))
    only = build_next(recruiter, Order(wishes=Wishes(kinds=("design",))), avoiding)
    assert (only.wishes.kinds, only.wishes.avoid_kinds) == (("design",), ())
    whole = Wishes.model_validate(dict(Wishes(count=2)))
    assert build_next(recruiter, Order(wishes=whole), only).wishes == whole


def test_one_set_that_cannot_follow_keeps_no_other_from_it(house: House) -> None:
    """A set that is gone, one of another's rules and one whose rules are gone are named with the reason."""
    alone = house.sets.add(ANA, build_first(house.recruiter, ORDER))
    house.edit(notes="Be brief.")
    done = house.apply("gone", alone.id, house.set.id)
    assert [one.outcome for one in done.sets] == ["refused", "refused", "changed"]
    assert "no question set" in done.sets[0].because
    assert "not built on this template" in done.sets[1].because
    lost = house.set.made.model_copy(update={"template": TemplateUse(id=house.template.id, version=7)})
    orphan = house.sets.add(ANA, lost)
    assert "of version 7" in house.apply(orphan.id).sets[0].because


def test_templates_are_the_teams(house: House) -> None:
    """Another tenant finds neither the template nor the sets that are built on it."""
    with pytest.raises(NotFoundError):
        house.templates.get("other", house.template.id)
    assert house.sets.built_on("other", house.template.id).items == ()
    listed = house.sets.built_on("acme", house.template.id).items
    assert [(one.id, one.template_version) for one in listed] == [(house.set.id, 1)]
    house.templates.delete("acme", house.template.id)
    assert house.now.introduction == "Welcome."


def test_rules_that_the_handbook_cannot_keep_are_refused(recruiter: Recruiter) -> None:
    """A question that is not there is named when the rules are saved, not when a set is built."""
    for wrong in (
        TemplateRules(title="H", questions=("gone",)),
        TemplateRules(title="H", avoid_questions=("gone",)),
        TemplateRules(title="H", weightings=(Weighting(question_id="gone", weight=2, reason="why"),)),
    ):
        with pytest.raises(NotFoundError, match="gone"):
            recruiter.check(wrong)
