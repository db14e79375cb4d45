"""The page of a run: whole in itself, safe with hostile words, honest about what is not known."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from coach.errors import UsageError
from evals.commands.report import report as command
from evals.report import render
from evals.report.items import loss, unscored_items, worst_items
from evals.runs import ItemRow, Run, Split, save
from tests.support.sample_runs import STYLES, coin_tosses, rows_of, sample_run

HOSTILE = "</title></style></text><script>alert(1)</script><img src=x onerror=alert(2)>&\"'$x^2$ \u202e 锁 🧊"
VOID = {"meta", "br", "img", "circle", "path", "use"}


class Page(HTMLParser):
    """What a browser would find in a page: its elements with their attributes, and what is left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


def answers(name: str = "run", *, seed: int = 1, split: Split = "dev", minutes_later: int = 0) -> Run:
    """Return a run of 60 answers in four styles, the first of them in hostile words throughout."""
    rows = rows_of(
        {
            "citation_precision": [0.9 + 0.1 * one for one in coin_tosses(seed, 60, 0.6)],
            "key_fact_recall": [number % 7 / 6 for number in range(60)],
            "false_refusals": coin_tosses(seed + 1, 60, 0.05),
        },
        (*STYLES, HOSTILE),
    )
    first = rows[0].model_copy(update={"details": hostile_details()})
    rest = [row.model_copy(update={"details": {"question": f"Question {row.id}?"}}) for row in rows[1:]]
    return sample_run([first, *rest], name=name, split=split, minutes_later=minutes_later)


def hostile_details() -> dict[str, object]:
    """Return all that a report can show of an item, in hostile words."""
    place = {"document": HOSTILE, "heading": HOSTILE, "start": 0, "end": 9}
    return {
        "question": HOSTILE,
        "status": HOSTILE,
        "label": HOSTILE,
        "answer": HOSTILE,
        "error": HOSTILE,
        "abstention": {"message": HOSTILE, "next_step": HOSTILE},
        "relevant": [place],
        "hits": [place | {"text": HOSTILE, "grade": HOSTILE}],
        "passages": [HOSTILE, {"text": HOSTILE, "document": HOSTILE}],
        "key_facts": {HOSTILE: True},
        "must_not": {HOSTILE: True},
        "claims": [
            {
                "field": HOSTILE,
                "text": HOSTILE,
                "judged": HOSTILE,
                "citations": [place | {"quote": HOSTILE, "valid": False}],
                "evidence": [HOSTILE],
            }
        ],
    }


@pytest.fixture(scope="module")
def page() -> Page:
    """The page of a run with two runs before it."""
    before = [answers("first", seed=4), answers("second", seed=9, minutes_later=1)]
    return Page(render(answers(minutes_later=2), before))


def test_the_page_needs_nothing_from_elsewhere(page: Page) -> None:
    """No script, no image, no font, no style sheet; links lead to places within the page."""
    assert not {"script", "img", "link", "iframe", "object", "base"} & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"href", "xlink:href", "src", "action"}:
                assert value is not None
                assert value.startswith("#")
    assert "url(http" not in "".join(page.text)
    assert "@import" not in "".join(page.text)


def test_hostile_words_stay_words(page: Page) -> None:
    """Questions, documents, verdicts, slices and labels are shown as they are; none of them is markup."""
    assert page.open == []
    shown = "".join(page.text)
    assert shown.count("<script>alert(1)</script>") >= 15
    assert "$x^2$" in shown


def test_plots_hold_hostile_words_as_words() -> None:
    """A slice's name goes through the plotting library as text; nothing is read as a formula."""
    html = render(answers())
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", html)
    assert "&lt;/title&gt;&lt;/style&gt;&lt;" in " ".join(labels)


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    """Several plots in one page do not share their patterns and clip paths."""
    ids = [value for _, attributes in page.elements if (value := attributes.get("id"))]
    assert len(ids) == len(set(ids))
    targets = {
        value for _, attributes in page.elements for name, value in attributes.items() if "href" in name
    }
    assert {value.removeprefix("#") for value in targets if value} <= set(ids)


def test_the_page_can_be_read_without_seeing_it(page: Page) -> None:
    """It names its language, its headings go down by single steps, its tables have captions and scopes."""
    assert page.named("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all("scope" in attributes for attributes in page.named("th"))
    plots = [one for one in page.named("svg") if "aria-hidden" not in one]
    assert plots
    assert all(one.get("role") == "img" and one.get("aria-label") for one in plots)


def test_the_headline_says_interval_items_and_unscored() -> None:
    """A metric that was not scored at all says so; it is neither 0 nor NaN."""
    rows = rows_of({"success@5": [1.0, 0.0, None, 1.0], "mrr@10": [None] * 4})
    shown = " ".join("".join(Page(render(sample_run(rows, kind="retrieval"))).text).split())
    found = sample_run(rows).metrics["success@5"]
    assert f"0.667 {found.low:.3f} – {found.high:.3f} 3 1" in shown
    assert "unscored – 0 4" in shown
    assert "nan" not in shown.lower().split()


@pytest.mark.parametrize("split", ["test", "locked"])
def test_a_held_back_split_shows_aggregates_only(split: Split) -> None:
    """No question, no claim and no row; the number of looks stands at the top."""
    hidden = answers(split=split)
    rows = tuple(row.model_copy(update={"details": {}}) for row in hidden.rows)
    html = render(hidden.model_copy(update={"rows": rows, "look": 3}))
    assert f"The {split} split" in html
    assert "It was looked at 3 times before." in html
    assert "Worst items" not in html
    assert "q001" not in html


def test_the_trend_is_of_the_same_golden_file_alone() -> None:
    """Runs of another kind, file or split, and later ones, are not in it."""
    run = answers(minutes_later=5)
    others = [
        answers("same", seed=3),
        answers("test", split="test"),
        answers("late", minutes_later=9),
        answers("kind").model_copy(update={"kind": "retrieval"}),
        answers("file").model_copy(update={"golden": "other.jsonl"}),
    ]
    assert "The last 2 runs of this golden file" in render(run, others)
    assert "This is the first run" in render(run, others[1:])


def test_a_changed_golden_file_breaks_the_trend() -> None:
    """The reader is told where the numbers stop being comparable."""
    before = answers("before", seed=3).model_copy(update={"golden_sha256": "other"})
    assert "Dotted: the golden file changed." in render(answers(minutes_later=5), [before])


def test_the_worst_item_stands_first() -> None:
    """Items are ordered by what they lost on the headline metrics; one without loss is not shown."""
    rows = [
        ItemRow(
            id=name, slices={}, values={"success@5": value, "false_refusals": 0.0}, details={"question": name}
        )
        for name, value in (("good", 1.0), ("bad", 0.0), ("middling", 0.5))
    ]
    assert [one.id for one in worst_items(sample_run(rows))] == ["bad", "middling"]
    assert loss(ItemRow(id="x", slices={}, values={"success@5": None})) is None


def test_an_item_that_could_not_be_scored_is_shown_as_such() -> None:
    """It is not among the worst, for nothing is known of it; the reason is given."""
    row = ItemRow(
        id="x", slices={}, values={"success@5": None}, details={"question": "?", "error": "too long"}
    )
    run = sample_run([row])
    assert (worst_items(run), [one.error for one in unscored_items(run)]) == ((), ["too long"])
    assert "Not scored: too long" in render(run)


def test_wrong_claims_come_first_and_right_ones_are_folded() -> None:
    """Among thirty claims the unsupported one is in view, beside what it cites."""
    claims = [{"text": f"claim {number}", "judged": "supported", "citations": []} for number in range(30)]
    claims[20] = {
        "text": "wrong",
        "judged": "unsupported",
        "citations": [{"document": "a.md", "quote": "no", "valid": True, "precise": False}],
    }
    row = ItemRow(
        id="x", slices={}, values={"citation_precision": 0.9}, details={"question": "?", "claims": claims}
    )
    (view,) = worst_items(sample_run([row]))
    assert view.first_claims[0].text == "wrong"
    assert view.first_claims[0].sources[0].note == "does not support the claim"
    assert len(view.first_claims) + len(view.more_claims) == 30
    assert "24 more claims, all supported" in render(sample_run([row]))


@pytest.mark.parametrize(
    "details", [{"claims": 3, "hits": ["x"], "key_facts": [], "passages": {}}, {"claims": [[]]}]
)
def test_details_of_another_shape_are_passed_over(details: dict[str, object]) -> None:
    """A run that another version wrote still gives a page."""
    row = ItemRow.model_validate({"id": "x", "slices": {}, "values": {"success@5": 0.0}, "details": details})
    assert "lost 100%" in render(sample_run([row]))


def test_a_run_repeats_its_page_byte_for_byte() -> None:
    """Nothing random and no date of today gets into it."""
    assert render(answers()) == render(answers())


def test_a_run_of_nothing_still_gives_a_page() -> None:
    """No rows, no metrics: a page that says so little, and no error."""
    empty = answers().model_copy(update={"rows": (), "metrics": {}, "slices": {}})
    assert Page(render(empty)).open == []


def test_the_command_writes_the_page_with_the_trend_of_its_folder(tmp_path: Path) -> None:
    """Other runs beside the file are found; the page stands where it was asked for."""
    files = [save(answers(f"run{number}", minutes_later=number), tmp_path / "runs") for number in range(3)]
    target = tmp_path / "new" / "page.html"
    done = CliRunner().invoke(command, [str(files[-1]), "--html", str(target)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "The last 3 runs" in target.read_text(encoding="utf-8")
    assert [one.name for one in target.parent.iterdir()] == ["page.html"]


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error gives the file."""
    file = save(answers(), tmp_path)
    with pytest.raises(UsageError, match="cannot write"):
        CliRunner().invoke(command, [str(file), "--html", str(file / "page.html")], catch_exceptions=False)
