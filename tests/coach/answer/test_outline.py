"""Composing: what goes where, in which order, how much, and never twice."""

from __future__ import annotations

from typing import get_args

import pytest

from coach.answer.limits import LIMITS
from coach.answer.outline import compose
from coach.answer.verify import verify
from coach.types import OUTLINE_FIELDS, Claim, Outline, OutlineField, Passage, RewrittenQuery
from ingest.contract import Level, ParsedDocument
from tests.support.handbook import ask, handbook, loader, passage

TYPED = handbook(
    "rag.md",
    """
# RAG
## When do you add vectors to keyword search?
tags@ senior · common
alias@ Why hybrid search?
direct_answer[Direct answer]@ I start from the queries. Codes and names belong to keywords.
 Vectors win on paraphrase.
step[Steps]@ 1. **Measure both alone.** Run the same queries on each.
step[Steps]@ 2. **Fuse by rank.** Raw scores are never added.
number[Numbers]@ - **k = 60**: the usual constant of fusion.
trade_off[Trade-offs]@ - **Weighted sum or ranks.** Ranks need no calibration.
trap[Traps]@ - **Comparing scores across retrievers.** Their scales differ.
probing[What they are really probing]@ Whether you know when to leave the vector index out.
signal[Mid]@ - Knows BM25.
signal[Senior]@ - Names the slices.
signal[Staff]@ - Prices the second index.
follow_up[Follow-ups]@ - **How would you tune k?** On the dev set.
callout[Key insight]@ > Users mix both kinds of question in one line.
rubric@ | Fuses ranks | 3 |
related@ - [What is a reranker?](#what-is-a-reranker)
## What is a reranker?
direct_answer@ A cross-encoder reads query and passage together. Reading pairs is slow and precise.
trap@ - **Reranking everything.** Cut to fifty candidates first.
## How large are chunks?
direct_answer@ Small enough for the encoder's window.
""",
)
VECTORS, RERANKER, CHUNKS = (section.heading for section in TYPED.sections[1:])


def answer(
    question: str, *headings: str, level: Level = "senior", document: ParsedDocument = TYPED
) -> Outline:
    """Return the verified outline for a question, composed from these sections in this order."""
    passages = [passage(document, heading, rank=rank) for rank, heading in enumerate(headings, start=1)]
    verified = verify(compose(ask(question), passages, loader(document), level=level), loader(document))
    assert verified.dropped == 0
    assert all(claim.support == "supported" for claim in verified.outline.claims())
    return verified.outline


def says(claims: tuple[Claim, ...]) -> list[str]:
    """Return what claims say."""
    return [claim.text for claim in claims]


def test_typed_parts_fill_their_fields() -> None:
    """Each typed part goes to the field of its type, in the order of the handbook."""
    outline = answer("add vectors to keyword search", VECTORS)
    assert says(outline.direct_answer) == [
        "I start from the queries.",
        "Codes and names belong to keywords.",
        "Vectors win on paraphrase.",
    ]
    assert says(outline.probing) == ["Whether you know when to leave the vector index out."]
    assert says(outline.steps)[:2] == [
        "Measure both alone. Run the same queries on each.",
        "Fuse by rank. Raw scores are never added.",
    ]
    assert says(outline.numbers) == ["k = 60: the usual constant of fusion."]
    assert says(outline.traps) == ["Comparing scores across retrievers. Their scales differ."]
    assert says(outline.follow_ups)[0] == "How would you tune k? On the dev set."


def test_asides_close_the_steps() -> None:
    """Trade-offs and callouts follow the steps under the handbook's own labels."""
    outline = answer("add vectors to keyword search", VECTORS)
    assert {claim.label for claim in outline.steps[2:]} == {"Trade-offs", "Key insight"}


def test_table_rows_say_which_table_they_are_of() -> None:
    """A row of a table is labelled as one, and no row of a worked example is told without its premise."""
    book = handbook(
        "t.md",
        "## How do you ramp?\ndirect_answer@ In steps.\nstep@ 1. Shadow first.\n"
        "| Sign | Ramp |\n|---|---|\ntable[Decision table]@ | ramp is slow | wait |\n"
        "body[Worked example]@ The plan is made up.\n"
        "| Share | Ramp |\n|---|---|\ntable[Worked example]@ | ramp 1% | 330 a day |",
    )
    outline = answer("ramp", "How do you ramp?", document=book)
    assert [(claim.label, claim.text) for claim in outline.steps] == [
        ("", "Shadow first."),
        ("Decision table", "Sign: ramp is slow; Ramp: wait"),
    ]


def test_comparison_opens_with_the_trade_off() -> None:
    """A question that weighs two things hears the trade-off before the steps, and the callout last."""
    outline = answer("add vectors, or keep to keyword search?", VECTORS)
    assert outline.steps[0].label == "Trade-offs"
    assert outline.steps[-1].label == "Key insight"


def test_what_grades_or_links_is_no_claim() -> None:
    """Rubrics, related links, aliases and tags are not said."""
    said = " ".join(says(answer("add vectors to keyword search", VECTORS).claims()))
    assert "3" not in said
    assert "Why hybrid search?" not in said
    assert "common" not in said


def test_labels_of_fields_are_left_out() -> None:
    """A label that repeats the name of the field is dropped, a level is kept."""
    outline = answer("add vectors to keyword search", VECTORS)
    assert {claim.label for claim in (*outline.steps[:2], *outline.numbers, *outline.traps)} == {""}
    assert [claim.label for claim in outline.signals] == ["Senior", "Staff"]


@pytest.mark.parametrize(
    ("level", "labels"),
    [
        ("junior", ["Mid"]),
        ("mid", ["Mid", "Senior"]),
        ("senior", ["Senior", "Staff"]),
        ("staff", ["Staff", "Senior"]),
    ],
)
def test_signals_are_of_the_level_and_the_next(level: Level, labels: list[str]) -> None:
    """The signals shown are those of the level asked for, then of the one above or below."""
    outline = answer("add vectors to keyword search", VECTORS, level=level)
    assert [claim.label for claim in outline.signals] == labels


def compose_ranked(query: RewrittenQuery, *found: Passage) -> Outline:
    """Return the outline for a question from these passages of the typed page's document."""
    return compose(query, found, loader(TYPED), level="senior")


def test_neighbouring_questions_are_follow_ups() -> None:
    """Headings of other found questions, then of those that follow in the handbook, may be asked next."""
    far = passage(TYPED, CHUNKS, rank=2, relevance=0.7)
    outline = compose_ranked(ask("add vectors to keyword search"), passage(TYPED, VECTORS), far)
    assert says(outline.follow_ups) == ["How would you tune k? On the dev set.", CHUNKS, RERANKER]


def test_direct_answer_names_the_page_that_it_answers() -> None:
    """A direct answer is labelled by the question of its page, unless that is what was asked."""
    other = answer("add vectors to keyword search", VECTORS)
    assert {claim.label for claim in other.direct_answer} == {VECTORS}
    same = answer("when do you add vectors to keyword search", VECTORS)
    assert {claim.label for claim in same.direct_answer} == {""}


def test_sections_about_as_fit_are_answered_below() -> None:
    """Where another section may as well be the one that was meant, its answer closes the follow-ups."""
    outline = compose_ranked(
        ask("add vectors to keyword search"),
        passage(TYPED, VECTORS, relevance=1.0),
        passage(TYPED, RERANKER, rank=2, relevance=0.95),
        passage(TYPED, CHUNKS, rank=3, relevance=0.8),
    )
    assert [(claim.label, claim.text) for claim in outline.follow_ups[1:]] == [
        ("", CHUNKS),
        (RERANKER, "A cross-encoder reads query and passage together."),
        (RERANKER, "Reading pairs is slow and precise."),
    ]


def test_as_many_sections_are_answered_below_as_the_level_is_given() -> None:
    """However many sections fit about as well, a few are answered; the others are named."""
    headings = ("What is sharding?", "Shard or not?", "Which shard?", "Why shard?")
    topics = ("keys", "costs", "routing", "growth")
    book = handbook(
        "shards.md",
        "\n".join(
            f"## {one}\ndirect_answer@ The {topic} of a shard decide."
            for one, topic in zip(headings, topics, strict=True)
        ),
    )
    outline = answer("How do tables split?", *headings, document=book)
    assert [claim.label for claim in outline.follow_ups] == ["", *headings[1:3]]
    assert says(outline.follow_ups)[0] == headings[3]


def test_answers_of_other_sections_take_no_room_from_follow_ups() -> None:
    """What is asked next is counted without the answers of sections that are about as fit."""
    asked = "\n".join(
        f"follow_up@ - Why does part {word} matter?" for word in ("one", "two", "three", "four")
    )
    said = " ".join(f"Topic {word} decides it." for word in ("alpha", "beta", "gamma", "delta"))
    book = handbook(
        "near.md",
        f"## How do tables split?\ndirect_answer@ By key.\n{asked}\n"
        f"## How do rows split?\ndirect_answer@ {said}\n## Who splits?\ndirect_answer@ The owner.",
    )
    found = [
        passage(book, section.heading, rank=rank, relevance=relevance)
        for rank, (section, relevance) in enumerate(zip(book.sections, (1.0, 0.95, 0.5), strict=True), 1)
    ]
    outline = compose(ask("table splits"), found, loader(book), level="senior")
    assert says(outline.follow_ups)[4] == "Who splits?"
    assert [claim.label for claim in outline.follow_ups[5:]] == ["How do rows split?"] * 4


PARTS = ask("What is a reranker, and when add vectors?", "What is a reranker?", "When add vectors?")


def test_parts_that_stand_alone_are_answered_side_by_side() -> None:
    """Each has its section's direct answer, in the order of the question, however relevant to the whole."""
    vectors = passage(TYPED, VECTORS, relevance=1.0, part=1)
    outline = compose_ranked(PARTS, vectors, passage(TYPED, RERANKER, rank=2, relevance=0.1, part=0))
    assert [claim.label for claim in outline.direct_answer] == [RERANKER] * 2 + [VECTORS] * 3
    assert "Measure both alone. Run the same queries on each." in says(outline.steps)


def test_the_best_section_answers_for_a_part_without_one_of_its_own() -> None:
    """It stands where that part stands in the question."""
    best = passage(TYPED, VECTORS, relevance=1.0, part=None)
    outline = compose_ranked(PARTS, best, passage(TYPED, RERANKER, rank=2, relevance=0.1, part=0))
    assert [claim.label for claim in outline.direct_answer] == [RERANKER] * 2 + [VECTORS] * 3


def test_best_section_leads_where_no_part_stands_alone() -> None:
    """Another section answers below the best one, if it is about as fit."""
    best = passage(TYPED, VECTORS, relevance=1.0, part=None)
    as_fit = compose_ranked(PARTS, best, passage(TYPED, RERANKER, rank=2, relevance=0.95, part=None))
    assert len(as_fit.direct_answer) == 3
    assert [claim.label for claim in as_fit.follow_ups].count(RERANKER) == 2


def test_the_point_of_a_part_is_said_first_in_its_answer() -> None:
    """Each section is weighed against its own part: of the other part it knows nothing."""
    book = handbook(
        "own.md",
        "# Queues\ndirect_answer@ Use one.\nstep@ 1. Poison messages retry until dead letters.\n"
        "# Tenants\ndirect_answer@ Isolate by account quotas and regional billing limits.",
    )
    query = ask(
        "How do poison messages retry? How are account quotas and regional billing limits isolated?",
        "How do poison messages retry?",
        "How are account quotas and regional billing limits isolated?",
    )
    found = [passage(book, "Queues", part=0), passage(book, "Tenants", rank=2, part=1)]
    outline = compose(query, found, loader(book), level="senior")
    assert says(outline.direct_answer)[0] == "Poison messages retry until dead letters."


def test_steps_are_of_one_section() -> None:
    """Two procedures are not mixed: where two sections answer, the steps are those of the first."""
    book = handbook(
        "ab.md",
        "# Queues\ndirect_answer@ A queue hands each message to one consumer.\nstep@ 1. Name the consumer.\n"
        "# Streams\ndirect_answer@ A stream keeps messages for consumers to replay.\nstep@ 1. Set an age.",
    )
    outline = answer("queue versus stream for replay", "Queues", "Streams", document=book)
    assert [claim.label for claim in outline.direct_answer] == ["Queues", "Streams"]
    assert says(outline.steps) == ["Name the consumer."]


def test_point_takes_no_time_from_the_answer() -> None:
    """A page's own answer is said whole behind the statement that fits the question better."""
    words = " ".join(["word"] * 25)
    told = " ".join(f"{topic.title()} {words}." for topic in ("alpha", "beta", "gamma", "delta"))
    book = handbook(
        "k.md", f"## How do you fuse?\ndirect_answer@ {told}\nstep@ 1. Tune the constant k on the dev set."
    )
    outline = answer("tune constant k on dev set", "How do you fuse?", document=book)
    assert says(outline.direct_answer)[0] == "Tune the constant k on the dev set."
    assert len(outline.direct_answer) == 5


def test_two_sides_of_a_comparison() -> None:
    """A comparison asked as one question takes in the section that knows the other side."""
    book = handbook(
        "ab.md",
        "# Queues\nbody@ A queue hands each message to one consumer.\n"
        "# Streams\nbody@ A stream keeps messages for all consumers to replay.",
    )
    outline = answer("queue versus stream for replay", "Queues", "Streams", document=book)
    assert [claim.label for claim in outline.direct_answer] == ["Queues", "Streams"]


def test_narrow_question_hears_its_point_first() -> None:
    """A follow-up that fits a question better than the page's own answer is said first."""
    outline = answer("How would you tune k on the dev set?", VECTORS)
    assert says(outline.direct_answer)[0] == "How would you tune k? On the dev set."
    assert "How would you tune k? On the dev set." not in says(outline.follow_ups)


def test_number_is_said_first_only_if_one_is_asked_for() -> None:
    """A figure that fits the words of a question answers it only where it wants a figure."""
    number = "k = 60: the usual constant of fusion."
    assert says(answer("How large is the usual constant k of fusion?", VECTORS).direct_answer)[0] == number
    told = answer("Can you explain the usual constant k of fusion to a newcomer?", VECTORS)
    assert number in says(told.numbers)
    assert says(told.direct_answer)[0] == "I start from the queries."


def test_request_for_questions() -> None:
    """A request for questions gets question headings as steps, and what each one probes."""
    outline = answer("questions for a retrieval loop about vectors and chunks", VECTORS, CHUNKS)
    assert says(outline.steps) == [VECTORS, CHUNKS]
    assert outline.direct_answer == ()
    assert [(claim.label, claim.text[:7]) for claim in outline.probing] == [(VECTORS, "Whether")]


def test_request_for_questions_looks_beyond_what_was_found() -> None:
    """Fitting questions elsewhere in a found document are offered too."""
    outline = answer("interview questions about a reranker for large chunks", CHUNKS)
    assert says(outline.steps) == [CHUNKS, RERANKER]


def test_request_for_questions_without_any_is_answered() -> None:
    """Where the found sections ask nothing, a request for questions gets what they say."""
    book = handbook("a.md", "# Caching\nbody@ Caching keeps answers near the users who ask.")
    outline = answer("interview questions about caching", "Caching", document=book)
    assert says(outline.direct_answer) == ["Caching keeps answers near the users who ask."]


PROSE = handbook(
    "raft.md",
    """
# Raft
body@ In this section we look at Raft. Raft is a consensus algorithm for a replicated log.
 It elects one leader.
body@ A candidate becomes leader with votes from a majority of servers. Let's see the details.
body@ Elections time out after 150 to 300 ms. Avoid an even number of servers.
 What happens after a partition?
body@ The leader appends each command to its log:
body@ 1. The client sends a command.
body@ 2. The leader replicates it.
body@ 3. The leader commits it.
""",
)


def test_prose_is_read() -> None:
    """Prose without labels gives an answer, steps, figures, warnings and questions."""
    outline = answer("What is Raft?", "Raft", document=PROSE)
    assert says(outline.direct_answer)[0] == (
        "Raft is a consensus algorithm for a replicated log. It elects one leader."
    )
    assert says(outline.steps) == [
        "The client sends a command.",
        "The leader replicates it.",
        "The leader commits it.",
    ]
    assert "Elections time out after 150 to 300 ms." in says((*outline.numbers, *outline.direct_answer))
    assert says(outline.traps) == ["Avoid an even number of servers."]
    assert says(outline.follow_ups) == ["What happens after a partition?"]
    assert not any("we look at" in text or "Let's" in text for text in says(outline.claims()))


def test_question_terms_choose_the_sentence() -> None:
    """Among sentences of prose the one that covers the question is said."""
    outline = answer("who becomes leader with which votes?", "Raft", document=PROSE)
    assert "A candidate becomes leader with votes from a majority of servers." in says(outline.direct_answer)


def test_other_languages_fall_back_on_order() -> None:
    """Text whose words no list knows is answered by its opening sentences."""
    book = handbook(
        "zh.md",
        "# 分布式锁\nbody@ 分布式锁用于多个进程互斥访问共享资源。锁必须有过期时间。\nbody@ 天气很好。",
    )
    outline = answer("什么是分布式锁", "分布式锁", document=book)
    assert says(outline.direct_answer)[0] == "分布式锁用于多个进程互斥访问共享资源。"


def test_nothing_is_said_twice() -> None:
    """A repetition is left out; from another document it lends its citation."""
    copy = handbook(
        "copy.md", "# Fusion\nstep@ 1. Fuse by rank: raw scores are never added.\nstep@ 2. Cut to ten."
    )
    passages = [passage(TYPED, VECTORS), passage(copy, "Fusion", rank=2)]
    query = ask("add vectors to keyword search, fuse ranks and scores")
    outline = compose(query, passages, loader(TYPED, copy), level="senior")
    (fused,) = [claim for claim in outline.claims() if "never added" in claim.text]
    assert [citation.document for citation in fused.citations] == ["rag.md", "copy.md"]
    assert all(c.support == "supported" for c in verify(outline, loader(TYPED, copy)).outline.claims())


@pytest.mark.parametrize("changed", ["Raw scores are added in 10 cases.", "Raw scores are always added."])
def test_other_figure_or_negation_is_no_repetition(changed: str) -> None:
    """Statements that differ in a number or a negation are both kept apart."""
    book = handbook("a.md", "# Scores\nstep@ 1. Raw scores are never added in 20 cases.\nstep@ 2. " + changed)
    outline = answer("scores", "Scores", document=book)
    assert len([claim for claim in outline.claims() if "Raw scores" in claim.text]) == 2


@pytest.mark.parametrize("level", get_args(Level))
def test_size_is_bounded_by_level(level: Level) -> None:
    """However much a section holds, no field exceeds the level's limit, nor the answer its time to speak."""
    topics = "cache index shard queue stream ledger quota router tensor kernel socket thread".split()
    lines = [
        f"{kind}@ - Item about {topic}: {kind} says {topic} matters."
        for topic in topics
        for kind in ("step", "number", "trap", "signal", "probing", "follow_up", "trade_off")
    ]
    lines += [
        f"direct_answer@ The {topic} is one of the many things that we would speak about here."
        for topic in topics
    ]
    book = handbook("big.md", "\n".join(["# Big", *lines]))
    outline = answer("cache index shard", "Big", level=level, document=book)
    limits = LIMITS[level]
    bounds: dict[OutlineField, int] = {
        "probing": limits.probing,
        "steps": limits.steps + limits.asides,
        "numbers": limits.numbers,
        "signals": limits.signals,
        "traps": limits.traps,
        "follow_ups": limits.follow_ups,
    }
    assert all(len(getattr(outline, name)) <= bound for name, bound in bounds.items())
    assert sum(len(text.split()) for text in says(outline.direct_answer)) <= limits.direct_words


def test_labelled_article_is_read_as_prose() -> None:
    """An answer section of many hundred words is not read out; its best sentences are."""
    sentences = " ".join(
        f"Sentence {word} speaks about something else at length again." for word in "abcdefghijklmnopqrst"
    )
    book = handbook("long.md", f"# Long\ndirect_answer@ Sharding splits a large table. {sentences}")
    outline = answer("What is sharding?", "Long", document=book)
    assert says(outline.direct_answer)[0] == "Sharding splits a large table."
    assert len(outline.direct_answer) <= LIMITS["senior"].openers


def test_code_is_a_step_where_it_is_the_answer() -> None:
    """A page whose answer is code gives the code; elsewhere code is given if the question asks for it."""
    bare = handbook("sql.md", "# Active ads\ncode@ ```sql\n SELECT count(*) FROM ads;\n ```")
    assert says(answer("number of active ads", "Active ads", document=bare).steps) == [
        "SELECT count(*) FROM ads;"
    ]
    book = handbook("py.md", "# Memo\nbody@ Memoisation keeps results of calls.\ncode@ ```py\n @cache\n ```")
    assert "@cache" not in says(answer("What is memoisation?", "Memo", document=book).claims())
    assert "@cache" in says(answer("write memoisation code", "Memo", document=book).steps)


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("step@ 1. Look.\nstep@ 2. Act.\nstep@ 3. Tell.", ["Look.", "Act."]),
        ("trap@ - Guessing the cause.", ["Guessing the cause."]),
        ("trade_off[Pros]@ - Simple.\ntrade_off[Cons]@ - Slow.", ["Simple.", "Slow."]),
        ("body@ These six habits matter most in practice.", ["These six habits matter most in practice."]),
    ],
)
def test_something_is_always_said_first(notation: str, expected: list[str]) -> None:
    """A page without an answer or prose opens with what it has, and says nothing of it twice."""
    book = handbook("x.md", f"# Fix\n{notation}")
    outline = answer("How do you fix it?", "Fix", document=book)
    assert says(outline.direct_answer) == expected
    assert len(set(says(outline.claims()))) == len(outline.claims())


def test_no_passages_no_outline() -> None:
    """Without passages, or with sections that hold nothing to quote, the outline is empty."""
    empty = handbook("e.md", "# Empty")
    assert compose(ask("anything"), [], loader(TYPED), level="mid") == Outline()
    outline = answer("anything", "Empty", document=empty)
    assert all(getattr(outline, name) == () for name in OUTLINE_FIELDS)


def test_citation_names_its_chunk_and_place() -> None:
    """A citation carries heading path and the chunk that brought it."""
    (first, *_) = answer("add vectors to keyword search", VECTORS).direct_answer
    (citation,) = first.citations
    assert (citation.path, citation.heading) == (("RAG",), VECTORS)
    assert citation.chunk_id == "chunk of rag.md#1"
