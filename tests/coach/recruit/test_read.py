from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import UsageError
from coach.recruit.lint import lint_text
from coach.recruit.read_kinds import negated, read_kinds
from coach.recruit.read_level import read_level
from coach.recruit.read_numbers import read_numbers
from coach.recruit.recruiter import Recruiter


@pytest.mark.parametrize(
    ("text", "minutes", "count"),
    [
        ("Twelve questions in an hour and a half", 90, 12),
        ("45-minute screen, 6-8 Qs", 45, 7),
        ("half a dozen questions, half an hour", 30, 6),
        ("We deliver in 20 minutes. Please send a set for a 50 min interview.", 50, None),
        ("20 to 30 minutes, let's say 25; five tricky questions", 25, 5),
        ("ten design and ten debugging questions, 90m", 90, 20),
        ("three years of experience, no questions about pay", None, None),
        ("An hour and a quarter, two dozen qns", 75, 24),
        ("1 hr 20 for eight questions", 80, 8),
        ("2h15, 9 Qs", 135, 9),
        ("a full hour; scenario ones, 4 of them", 60, 4),
        ("senior, retrieval only, 7.", None, 7),
        ("15 to 25 minutes, 25 at the very most", 20, None),
        ("Ten questions, at least two questions on cost", None, 10),
        ("We rent 8 H100s. Six questions, half hr", 30, 6),
        ("1.5 hours on retrieval", 90, None),
        ("two rounds of 45 minutes each with 6 questions each", 45, 6),
        ("three questions each on cost and agents", None, None),
        ("a 60-min slot: 20 min on agents, 25 min on evals, 15 min on cost", 60, None),
        ("Duration 40m, #questions 8", 40, 8),
        ("between 8 and 10 questions, between 40 and 50 minutes", 45, 9),
        ("Tuesday 14:00-14:45, six questions", 45, 6),
        ("10am to 11.30am", 90, None),
        ("12:30-1:15", 45, None),
        ("Apply from 03.11-05.11; a set for 50 minutes", 50, None),
        ("hour-long panel, a handful of questions", 60, 5),
        ("1:15h, 8Qs", 75, 8),
        ("an hr and 15 min", 75, None),
        ("1½ hours, a set of 7", 90, 7),
        ("45' on RAG, give me 6, no design", 45, 6),
        ("interview lasts 55 minutes (5 min intro included)", 50, None),
        ("the slot is one hour; leave 15 minutes at the end", 45, None),
        ("we have 60 min, the first ten are small talk, so 50", 50, None),
        ("60 minutes incl. 10 for their questions", 50, None),
        ("three questions, ten minutes each", 30, 3),
        ("5 questions à 8 minutes", 40, 5),
        ("5 minutes per question, 8 questions", 40, 8),
        ("2 x 45 minutes, 6 questions per session", 45, 6),
        ("Since 3Q 2026 we hire. ten-question pack", None, 10),
        ("Shire of 6,300 people. Twenty to twenty-four minutes", 22, None),
        ("on vendors and cost. between eight and ten. no debugging", None, 9),
        ("Do not exceed 10. Junior.", None, 10),
        ("can you do me 15 on rollback tuesday 9am, 90 mins", 90, 15),
        ("six on guardrails, 40k patients", None, 6),
        ("a dozen questions, no wait make that eight", None, 8),
        ("Qty: 12\nVacancies: 2", None, 12),
        ("some questions, between five and seven, easy ones", None, 6),
        ("three blocks of 20 min and then lunch", 60, None),
        ("1 hour, of which 15 minutes are the company and 15 minutes salary", 30, None),
        ("slot 1:00-2:30, last 10 for their q's", 80, None),
        ("30 to 35 minutes, let's say 33", 33, None),
        ("between 40 and 50 min, make it 45; on evals, six questions", 45, 6),
        ("30-40 min for a team of 35 people", 35, None),
        ("15-20 min, 16 questions", 17.5, 16),
        ("one senior question", None, 1),
        ("Please, I need a single debugging question about agents", None, 1),
        ("agents in 40 min. One question on cost would be nice", 40, None),
        ("slot 9-10:30, first quarter hr is the pitch", 75, None),
    ],
)
def test_lengths_and_numbers_are_read_from_words_and_figures(
    text: str, minutes: float | None, count: int | None
) -> None:
    """Minutes and counts are found however they are written, and the one settled on counts."""
    found = {one.field: one.value for one in read_numbers(text)}
    assert (found.get("minutes"), found.get("count")) == (minutes, count)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Principal Engineer, Search", "staff"),
        ("We seek a developer (3+ years of professional experience)", "mid"),
        ("Graduate programme: you work with senior engineers", "junior"),
        ("Any level, 5 questions", None),
        ("ten questions for juniors", "junior"),
        ("Senior Staff Engineer", "staff"),
        ("Python developer, at least four years of experience, you coach the seniors", "mid"),
        ("Engineer with at least 6 years in software, beside two juniors", "senior"),
        ("Member of Technical Staff. 3-4 yoe", "mid"),
        ("Search Engineer, 12 years of experience", "senior"),
        ("Questions for 2 yr exp candidate, evaluation", "mid"),
        ("Cost and drift. Staff. Ten questions", "staff"),
        ("We lost our principal engineer and need questions for her successor", "staff"),
        ("It does not matter how senior they are", None),
        ("SDE-1 screen", "junior"),
        ("Backend engineer, IC4", "senior"),
    ],
)
def test_the_level_is_that_of_the_person_sought(text: str, level: str | None) -> None:
    """Titles and years of experience speak for a level, colleagues do not."""
    cue = read_level(text)
    assert cue is not None
    assert cue.level == level


def test_a_text_without_a_level_has_none() -> None:
    """Nothing is guessed where nothing speaks for a level."""
    assert read_level("questions about caching") is None


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("only scenario and debugging questions", {"scenario", "debugging"}, set()),
        ("no system design, nothing behavioural", set(), {"design", "behavioural"}),
        ("please skip theory questions", set(), {"conceptual"}),
        ("agents, their design and debugging", set(), set()),
        ("anything but debugging", set(), {"debugging"}),
        ("Behavioural questions are out, and so are conceptual ones", set(), {"behavioural", "conceptual"}),
        ("I'd keep design questions for the next round", set(), {"design"}),
        ("steer clear of theory; please don't ask about soft skills", set(), {"conceptual", "behavioural"}),
        ("debugging questions, nothing else", {"debugging"}, set()),
        ("scenarios only, excl. behavioural", {"scenario"}, {"behavioural"}),
    ],
)
def test_kinds_are_wanted_or_ruled_out(text: str, wanted: set[str], unwanted: set[str]) -> None:
    """Kinds count where they are asked for alone or ruled out, not where they are a topic."""
    cues = read_kinds(text, negated(text))
    assert {cue.kind for cue in cues if cue.wanted} == wanted
    assert {cue.kind for cue in cues if not cue.wanted} == unwanted


def test_a_note_becomes_wishes_with_the_words_they_come_from(recruiter: Recruiter) -> None:
    """Level, length, topic and what to leave out are read, and each shows its place in the text."""
    text = "Senior on-call screen, 30 min, outages and postmortems; leave cost out, no behavioural questions"
    reading = recruiter.read(text)
    wishes = reading.wishes
    assert (wishes.level, wishes.minutes, wishes.avoid_kinds) == ("senior", 30, ("behavioural",))
    assert [one.id for one in wishes.competencies] == ["incident-response"]
    assert wishes.avoid_competencies == ("cost",)
    assert all(text[one.start : one.end] == one.words for one in reading.inferred)


def test_what_is_asked_for_and_ruled_out_is_a_conflict(recruiter: Recruiter) -> None:
    """A note that contradicts itself leads to a set that says so."""
    reading = recruiter.read("Must cover cost and may not contain any question on cost. Senior.")
    conflict = recruiter.build(reading.wishes).conflict
    assert conflict is not None
    assert "both asked for and to be avoided" in conflict.because


@pytest.mark.parametrize(
    ("text", "exactly", "fewest", "most"),
    [
        ("senior, 5 questions on cost, 45 minutes", 5, None, None),
        ("senior, no more than 9 questions, 45 minutes", None, None, 9),
        ("8 Qs max, staff, 45 min", None, None, 8),
        ("we would like at least five questions", None, 5, None),
        ("please send no fewer than six and no more than nine questions", None, 6, 9),
        ("6-8 questions in an hour", None, 6, 8),
        ("fewer than 10 questions, 30 min", None, None, 9),
        ("4 questions, max 25 min", 4, None, None),
        ("6 to 8 questions over two rounds", None, 3, 4),
        ("7 to 8 questions over three rounds", 2, None, None),
        ("fewer than 2 questions, 10 min", 1, None, None),
    ],
)
def test_a_number_of_questions_may_be_a_bound(
    recruiter: Recruiter, text: str, exactly: int | None, fewest: int | None, most: int | None
) -> None:
    """Words around a number say whether so many are wanted, or at least or at most so many."""
    wishes = recruiter.read(text).wishes
    assert (wishes.count, wishes.fewest, wishes.most) == (exactly, fewest, most)


def test_a_kind_that_is_counted_is_wanted_alone(recruiter: Recruiter) -> None:
    """Four debugging questions are no others; four questions that mention debugging may be any."""
    counted = recruiter.read("give me 4 debugging questions on agents that loop").wishes
    assert (counted.count, counted.kinds) == (4, ("debugging",))
    assert recruiter.read("4 questions, senior. Agents, how they are debugged").wishes.kinds == ()


@pytest.mark.parametrize(
    "text",
    [
        "behavioural round, half an hour, behavioural questions only",
        "senior, 6 questions: bring the cost per answer down by half without a drop in quality",
    ],
)
def test_what_is_asked_for_is_not_ruled_out_by_the_same_words(recruiter: Recruiter, text: str) -> None:
    """To ask for a kind alone, or for less of a thing, leaves no topic out."""
    assert recruiter.read(text).wishes.avoid_competencies == ()


def test_numbers_for_all_rounds_are_shared_among_them() -> None:
    """Fourteen questions over two rounds are seven in each; versions have all of them each."""
    shared = {one.field: one.value for one in read_numbers("14 questions altogether over two rounds")}
    assert (shared["count"], shared["rounds"]) == (7, 2)
    each = {one.field: one.value for one in read_numbers("two rounds, 14 questions in 3 versions")}
    assert (each["count"], each["rounds"], each["forms"]) == (14, 2, 3)


def test_typing_errors_do_not_hide_a_topic(recruiter: Recruiter) -> None:
    """A word of a note that is none is read as the term it is near to."""
    wishes = recruiter.read("senior, five questions on incidnets and runboks").wishes
    assert [one.id for one in wishes.competencies] == ["incident-response"]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Bitte acht Fragen zu Kosten für eine erfahrene Entwicklerin, 45 Minuten", True),
        ("Necesito diez preguntas sobre incidentes para un ingeniero, media hora", True),
        ("コストに関するシニア向けの質問を8つ、45分でお願いします", True),
        ("need 8 qs, 45min, incidents heavy, no sys design, mid lvl", False),
        ("Please send eight questions on cost", False),
    ],
)
def test_another_language_is_told(recruiter: Recruiter, text: str, *, is_told: bool) -> None:
    """Whoever writes in another language learns that only English is read."""
    assert any("only English is read" in note for note in recruiter.read(text).notes) is is_told


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("hello, senior", "No topic is asked for"),
        (
            "senior: what everybody does first when a whole region goes dark",
            "No topic of the handbook is named",
        ),
        ("senior, cost", None),
    ],
)
def test_a_topic_that_no_words_name_is_told(recruiter: Recruiter, text: str, note: str | None) -> None:
    """Where only the nearest chapter or none at all was found the reading says so."""
    reading = recruiter.read(text)
    assert [one.startswith(note) for one in reading.notes if note] == ([True] if note else [])
    by = {one.by for one in reading.inferred if one.field == "competencies"}
    assert by == ({"words"} if note is None else {"meaning"} if "named" in note else set())


@pytest.mark.parametrize(
    "text",
    [
        "Incidents were covered in the first round. Now 30 minutes on cost",
        "Incident response has been tested already; cost, mid",
        "Incidents were done yesterday, today cost",
    ],
)
def test_what_was_covered_before_is_left_out(recruiter: Recruiter, text: str) -> None:
    """A topic of another round is not asked for again, and the one beside it is."""
    wishes = recruiter.read(text).wishes
    assert [one.id for one in wishes.competencies] == ["cost"]
    assert wishes.avoid_competencies == ("incident-response",)


@pytest.mark.parametrize(
    "text", ["cost, senior, not longer than 50 minutes", "cost, not over 8 questions, mid"]
)
def test_a_number_that_is_not_to_be_exceeded_is_no_topic(recruiter: Recruiter, text: str) -> None:
    """What is read as a length or a count is not left out of the questions as well."""
    reading = recruiter.read(text)
    assert reading.wishes.avoid_topics == ()
    assert reading.wishes.minutes == 50 or reading.wishes.most == 8


def test_a_level_is_read_through_a_slip_and_a_guess_is_told(recruiter: Recruiter) -> None:
    """A misspelt level in a note is that level; one that no word speaks for comes with a note."""
    slip = recruiter.read("senoir enginer, 45 minuts, evalution and observabilty, 7 qestions pls")
    assert slip.wishes.level == "senior"
    assert [one.words for one in slip.inferred if one.field == "level"] == ["senoir"]
    assert not any("English" in note or "guessed" in note for note in slip.notes)
    guessed = recruiter.read("5 questions for a head chef")
    assert guessed.wishes.level is None or any("guessed" in note for note in guessed.notes)


def test_rounds_share_their_topics_and_it_is_told(recruiter: Recruiter) -> None:
    """A topic for each round is no wish; a note says so, and what to do."""
    rounds = recruiter.read("Two interviews, 45 minutes each: one on cost, one on incidents; senior")
    assert "Each round is on all topics; to give each its own, build them one by one." in rounds.notes
    one = recruiter.read("6 questions on cost and incidents for a senior, with two juniors to mentor")
    assert not any("Each round" in note for note in one.notes)


def test_a_topic_that_no_question_holds_is_told(recruiter: Recruiter) -> None:
    """What is to be avoided and had no effect does not look obeyed."""
    reading = recruiter.read("6 questions on incidents, senior. No live coding.")
    assert reading.wishes.avoid_topics == ("live coding",)
    assert "No question holds 'live coding': nothing is left out for it." in reading.notes


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_request_is_neither_empty_nor_endless(recruiter: Recruiter, text: str) -> None:
    """Nothing and too much are refused with a reason."""
    with pytest.raises(UsageError, match="characters"):
        recruiter.read(text)


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    """Whatever a text holds, the rules read it, and all spans lie inside it."""
    scopes = negated(text)
    spans = [(one.start, one.end) for one in (*read_numbers(text), *read_kinds(text, scopes), *scopes)]
    cue = read_level(text)
    spans += [(cue.start, cue.end)] if cue else []
    assert all(0 <= start <= end <= len(text) for start, end in spans)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("How old are you, and are you married?", {"protected_topic"}),
        ("We want a rock star who is a culture fit", {"biased_wording", "personal_trait"}),
        ("What does HNSW stand for?", {"trivia"}),
        ("How do you keep personal data of patients, age and religion included, out of prompts?", set()),
        ("Describe a race condition in a family of cloud-native services you ran.", set()),
    ],
)
def test_lint_looks_for_the_candidate_and_not_for_the_topic(text: str, rules: set[str]) -> None:
    """What concerns the person is found; the same words about the work are not."""
    assert {finding.rule for finding in lint_text(text)} == rules


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Find out how old the candidate is, and whether he wants kids", {"age", "family"}),
        ("Somebody younger than 40, and no single parents", {"age", "family"}),
        ("They should be a Protestant, and not ill; ask about their health", {"belief", "health"}),
        ("The applicant's nationality matters, we prefer a man", {"origin", "sex and orientation"}),
        ("She fixed her race condition in under 35 minutes", set()),
        ("Rank documents by their age; nodes without children, replicas and their health", set()),
        ("We support working parents and encourage women to apply; 30 days", set()),
    ],
)
def test_lint_of_a_request_knows_that_it_speaks_of_somebody_else(text: str, about: set[str]) -> None:
    """What a recruiter wants to know of "her" is found in a request; in a question it is about others."""
    assert {finding.about for finding in lint_text(text)} == about
    assert not [one for one in lint_text(text, place="Form A") if one.rule == "protected_topic"]
