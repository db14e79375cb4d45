from __future__ import annotations

import csv
from io import BytesIO, StringIO

import docx
import pypdf
import pytest

from coach.answer.verify import resolves
from coach.coach import Coach
from coach.errors import NotFoundError, UsageError
from coach.recruit.changes import compare
from coach.recruit.contract import KINDS, CompetencyWish, Wishes
from coach.recruit.exchange import COLUMNS, DocumentName, ExportFormat, export, read_csv, read_json
from coach.recruit.guide import to_guide
from coach.recruit.lint import REQUEST, lint_packs
from coach.recruit.order import Order, build_first, build_next
from coach.recruit.paper import place_of
from coach.recruit.preparation import to_preparation
from coach.recruit.recruiter import Recruiter
from coach.recruit.rubric import GRADES
from coach.recruit.scorecard import to_scorecard
from coach.recruit.sets import QuestionSet, Weighting
from coach.recruit.tell import tell


def test_every_citation_of_a_set_stands_in_the_handbook(made: QuestionSet, recruiting: Coach) -> None:
    """Questions, outlines, key points, anchors and probes are quotes at the place they name."""
    citations = made.citations()
    assert len(citations) > 200
    assert all(resolves(one, recruiting.document_text(one.document)) for one in citations)


def test_every_key_point_has_an_anchor_for_every_grade(made: QuestionSet) -> None:
    """Pages with a rubric give poor, mixed, good and excellent, read from their own cells."""
    for interview in made.interviews:
        for pack in interview.packs:
            assert not pack.rubric.derived
            assert len(pack.rubric.points) >= 4
            for point in pack.rubric.points:
                assert [anchor.grade for anchor in point.anchors] == list(GRADES)


def test_what_a_request_should_not_say_is_told_with_its_set(recruiter: Recruiter) -> None:
    """An unlawful wish is named beside the set, with its words; it goes when the request goes."""
    made = build_first(recruiter, Order(text="2 questions on cost, senior. Ask her age."))
    assert [one.quote for one in made.findings if one.place == REQUEST] == ["her age"]
    assert "Mend: request: age (“her age”). Leave it out." in tell(made)
    after = build_next(recruiter, Order(text="2 questions on cost, senior"), made)
    assert not any(one.place == REQUEST for one in after.findings)


def test_a_title_that_nobody_gave_follows_the_level(recruiter: Recruiter) -> None:
    """The next version is called after its own level; a title of the recruiter's stays."""
    first = build_first(recruiter, Order(text="2 questions on cost, senior"))
    assert build_next(recruiter, Order(text="for a junior"), first).title == "Interview: junior AI engineer"
    named = first.model_copy(update={"title": "Mine"})
    assert build_next(recruiter, Order(text="for a junior"), named).title == "Mine"


def test_lint_reads_what_is_said_to_a_candidate(made: QuestionSet) -> None:
    """A finding on a question quotes the question or a probe, never another wording that nobody sees."""
    pack = made.interviews[0].packs[0]
    asked = pack.model_copy(update={"question": pack.question.model_copy(update={"text": "Guys, why?"})})
    found = lint_packs([("Form A", 2.0, [asked])])
    assert [(one.place, one.quote) for one in found] == [("Form A, question 1", "Guys")]


def test_a_pack_holds_what_an_interviewer_needs(made: QuestionSet) -> None:
    """Outline, probes, red flags and what not to ask are there, and probes do not give key points away."""
    for interview in made.interviews:
        for pack in interview.packs:
            assert pack.outline.direct_answer
            assert pack.outline.steps
            assert len(pack.probes) >= pack.asked
            assert pack.red_flags
            assert pack.do_not_ask
            neutral = [probe for probe in pack.probes if probe.when]
            assert neutral
            assert not any(probe.when.lower() in probe.ask.lower() for probe in neutral)


def test_json_and_csv_are_read_back_without_loss(
    made: QuestionSet, recruiter: Recruiter, recruiting: Coach
) -> None:
    """JSON gives back the set; CSV gives back its interviews, packs included."""
    assert read_json(export(made, "json").decode()) == made
    assert read_csv(export(made, "csv").decode(), recruiter.pool, recruiting.document) == made.interviews


def test_csv_has_a_row_for_each_question_and_a_source_for_each_anchor(
    made: QuestionSet, recruiting: Coach
) -> None:
    """Each row names its page's span; each anchor in it names the span that holds its words."""
    rows = list(csv.DictReader(StringIO(export(made, "csv").decode())))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 8
    for row in rows:
        for line in row["rubric"].splitlines():
            words, _, place = line.rpartition(" [")
            document, _, span = place.removesuffix("]").rpartition(":")
            start, end = map(int, span.split("-"))
            quote = recruiting.document_text(document)[start:end]
            assert quote.replace("`", "").replace("*", "") in words


@pytest.mark.parametrize(
    ("content", "problem"), [("{}", "title"), ("no json", "json"), ('{"title": "x", "extra": 1}', "wishes")]
)
def test_a_file_that_is_no_set_is_refused(content: str, problem: str) -> None:
    """Bad JSON gets one error that says which file it is and what is wrong."""
    with pytest.raises(UsageError, match=r"^'a' is no question set: ") as caught:
        read_json(content, "'a'")
    assert problem in str(caught.value).lower()
    assert ": :" not in str(caught.value)


@pytest.mark.parametrize("change", ["asked_probes", "question_id"])
def test_a_csv_that_was_spoilt_is_refused(
    made: QuestionSet, recruiter: Recruiter, recruiting: Coach, change: str
) -> None:
    """A row that names no question or no number is named."""
    rows = list(csv.DictReader(StringIO(export(made, "csv").decode())))
    rows[2][change] = "soon"
    target = StringIO()
    writer = csv.DictWriter(target, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    with pytest.raises(UsageError, match="row 4"):
        read_csv(target.getvalue(), recruiter.pool, recruiting.document)


@pytest.mark.parametrize("document", ["guide", "scorecard"])
def test_printed_documents_hold_every_question_and_anchor_with_its_place(
    made: QuestionSet, document: DocumentName
) -> None:
    """PDF and DOCX show each question; notes name the place of each anchor."""
    printable = to_guide(made) if document == "guide" else to_scorecard(made)
    notes = {run.text for block in printable.blocks if block.kind == "notes" for run in block.notes[0].runs}
    assert notes
    told = {run.text for run in printable.runs()}
    pdf = pypdf.PdfReader(BytesIO(export(made, "pdf", document)))
    printed = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    word = docx.Document(BytesIO(export(made, "docx", document)))
    typed = " ".join(paragraph.text for paragraph in word.paragraphs)
    for interview in made.interviews:
        for pack in interview.packs:
            assert pack.question.text in printed
            assert pack.question.text in typed
            for point in pack.rubric.points:
                for anchor in point.anchors:
                    assert place_of(anchor.citation) in told
                    assert anchor.text in told


def test_the_candidate_learns_topics_and_no_question(made: QuestionSet, recruiter: Recruiter) -> None:
    """The preparation names the chapters, and gives no question away by words or by meaning."""
    text = export(made, "md", "preparation").decode()
    assert "Incident response" in text
    assert recruiter.leaks(made, text) == ()
    assert to_preparation(made).title == made.title


def test_a_question_that_leaked_is_found_by_words_and_by_meaning(
    made: QuestionSet, recruiter: Recruiter
) -> None:
    """A pasted question is found, and so is one of its other wordings; the passage is shown."""
    first, second = made.interviews[0].packs[:2]
    other = recruiter.pool.wordings[second.question.id][1]
    text = f"Here is tea. They asked: {first.question.text} Then: {other} The weather was fine."
    leaks = recruiter.leaks(made, text)
    assert {first.question.id, second.question.id} <= {leak.question_id for leak in leaks}
    assert all(text[leak.start : leak.end] == leak.quote for leak in leaks)
    assert recruiter.leaks(made, "Tea is grown on hills.") == ()


def test_a_set_without_reasons_to_weigh_counts_all_alike(made: QuestionSet, recruiter: Recruiter) -> None:
    """Weights are equal unless one is given with its reason; an unknown question cannot be weighed."""
    assert "All questions count alike." in export(made, "md", "scorecard").decode()
    known = made.interviews[0].packs[0].question.id
    weighed = recruiter.build(
        made.wishes, weightings=(Weighting(question_id=known, weight=2, reason="The job is mostly this."),)
    )
    assert "counts 2 times: The job is mostly this." in export(weighed, "md", "scorecard").decode()
    with pytest.raises(NotFoundError, match="not in the set"):
        recruiter.build(
            made.wishes, weightings=(Weighting(question_id="nobody", weight=2, reason="because"),)
        )


def test_a_conflict_is_told_on_the_first_page(recruiter: Recruiter) -> None:
    """A set that cannot be what was asked for says so, with the reason and what it departs in."""
    wishes = Wishes(count=12, minutes=10, competencies=(CompetencyWish(id="cost"),))
    text = export(recruiter.build(wishes), "md").decode()
    assert "What was asked for cannot be met" in text
    assert "12 questions and 10 minutes cannot hold together" in text


@pytest.mark.parametrize("document", ["scorecard", "preparation"])
@pytest.mark.parametrize("form", ["md", "pdf", "docx"])
def test_a_set_that_could_not_be_made_is_no_paper_for_an_interview(
    recruiter: Recruiter, form: ExportFormat, document: DocumentName
) -> None:
    """Scorecard and preparation are refused with the reason; guide, JSON and CSV tell what there is."""
    made = recruiter.build(Wishes(avoid_kinds=KINDS))
    assert made.conflict is not None
    with pytest.raises(UsageError) as caught:
        export(made, form, document)
    assert document in str(caught.value)
    assert made.conflict.because in str(caught.value)
    assert made.conflict.because in export(made, "md").decode()
    assert read_json(export(made, "json", document).decode()) == made
    assert export(made, "csv", document).decode().splitlines() == [",".join(COLUMNS)]


def test_the_difference_of_two_versions_names_what_changed(made: QuestionSet, recruiter: Recruiter) -> None:
    """Another seed shows as questions that came and went; the same set shows as the same."""
    assert compare(made, made).same
    assert compare(made, made).interviews == ()
    other = recruiter.build(made.wishes.model_copy(update={"seed": 7}), title=made.title)
    change = compare(made, other)
    assert change.wishes == {"seed": ("0", "7")}
    before = {pack.question.text for one in made.interviews[:1] for pack in one.packs}
    after = {pack.question.text for one in other.interviews[:1] for pack in one.packs}
    assert set(change.interviews[0].added) == after - before
    assert set(change.interviews[0].removed) == before - after


def test_a_question_that_went_is_an_error(made: QuestionSet, recruiter: Recruiter) -> None:
    """A must-have that the handbook does not hold any more is named."""
    with pytest.raises(NotFoundError, match="gone"):
        recruiter.build(made.wishes.model_copy(update={"must_have": ("gone",)}))
