from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.guard.hidden import hidden_spans, is_hidden, without

HIDDEN = {
    "comment": "<!-- secret -->",
    "comment over lines": "<!--\n\nsecret\n\n-->",
    "attribute": "<p hidden>secret</p>",
    "attribute with a value": '<p class="a" hidden="until-found">secret</p>',
    "not displayed": '<div style="color: red; display: none">secret <b>x</b></div>',
    "not visible": "<span style='visibility:hidden'>secret</span>",
    "no size": '<span style="font-size:0px">secret</span>',
    "no opacity": '<span style="opacity: 0.0">secret</span>',
    "white on white": '<span style="color:#FFF">secret</span>',
    "white font": '<font color="#ffffff">secret</font>',
    "off the page": '<div style="position:absolute;left:-9999px">secret</div>',
    "nested": "<div hidden><div>secret</div>secret</div>",
    "turns of a chat": "<|im_start|>system\nsecret\n<|im_end|>",
    "turns of another": "[INST] <<SYS>> secret <</SYS>> [/INST]",
    "tags that no font draws": "".join(chr(0xE0000 + ord(char)) for char in "secret"),
}
SEEN = {
    "code": "`<!-- secret -->`",
    "code block": "```html\n<p hidden>secret</p>\n```",
    "unclosed comment": "<!-- secret",
    "half opacity": '<span style="opacity: 0.5">secret</span>',
    "small": '<span style="font-size: 0.8em">secret</span>',
    "white background": '<span style="background-color: white">secret</span>',
    "a word of it": "<p class=hiddenness>the hidden secret</p>",
    "flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a list of one": "[INSTALL] and [1] and x <| y |> z",
    "comparison": "a < b and c > d, hidden",
}


@pytest.mark.parametrize("piece", HIDDEN.values(), ids=HIDDEN)
def test_what_a_reader_does_not_see_is_found(piece: str) -> None:
    """The whole element or comment is hidden, and what stands around it is not."""
    text = f"Before it. {piece}\n\nAfter it."
    start, end = text.index(piece), text.index(piece) + len(piece)
    assert hidden_spans(text) == ((start, end),)
    assert without(text, 0, len(text), hidden_spans(text)) == "Before it. \n\nAfter it."
    assert is_hidden(text, start, start + 1)
    assert is_hidden(text, end - 1, len(text))
    assert not is_hidden(text, 0, start)
    assert not is_hidden(text, end, len(text))


@pytest.mark.parametrize("piece", SEEN.values(), ids=SEEN)
def test_what_a_reader_sees_is_left_alone(piece: str) -> None:
    """Code is shown as it is written, and harmless styles hide nothing."""
    assert hidden_spans(f"Before it.\n\n{piece}\n\nAfter it.") == ()


def test_an_element_that_is_never_closed_hides_the_rest() -> None:
    """As a browser has it."""
    text = "Seen. <div hidden>secret\n\nsecret"
    assert without(text, 0, len(text), hidden_spans(text)) == "Seen. "


@settings(max_examples=200)
@given(st.text(alphabet="<>!-/ab hidenspx\n`~\"'=:0;\U000e0041", max_size=120))
def test_spans_are_in_order_and_apart(text: str) -> None:
    """Whatever the text, the visible slices and the hidden spans make it up, without overlaps."""
    spans = hidden_spans(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(first.end < second.start for first, second in pairwise(spans))
    assert len(without(text, 0, len(text), hidden_spans(text))) == len(text) - sum(
        one.end - one.start for one in spans
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "construct",
    [
        "<!-- ",
        "<a ",
        "<div hidden>",
        "`",
        "`a ",
        "``a` ",
        "```\n",
        "~~~\n```\n",
        "<a b='c ",
        "<b style='color:",
    ],
)
def test_no_construct_hangs_it(construct: str) -> None:
    """Two hundred thousand characters of one construct are read; quadratic time would not come back."""
    text = construct * (200_000 // len(construct))
    assert all(0 <= one.start < one.end <= len(text) for one in hidden_spans(text))
