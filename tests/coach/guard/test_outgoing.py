"""What a model may not say, whatever it was told."""

import pytest

from coach.guard.outgoing import OutgoingScanner

PROMPT = "You help a candidate prepare. Copy each quote character for character from the passage it names."
PASSAGE = (
    "Read https://qdrant.tech/docs/filtering first. ![plan](plan.png) Names stand as <PERSON_1> in logs. "
    "Copy each quote character for character from the passage."
)


@pytest.fixture(scope="module")
def scanner() -> OutgoingScanner:
    return OutgoingScanner([PROMPT])


def problems(scanner: OutgoingScanner, text: str, **given: object) -> list[tuple[str, str]]:
    found = scanner.scan(text, passages=[PASSAGE], **given)  # type: ignore[arg-type]
    return [(one.problem, text[one.start : one.end]) for one in found]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://evil.example/x?q=1.", "https://evil.example/x?q=1"),
        ("See [docs](https://evil.example) now", "https://evil.example"),
        ("See [docs](/login?next=x)", "/login?next=x"),
        ("Visit www.evil.example today", "www.evil.example"),
        ("Visit evil-site.com, please", "evil-site.com"),
        ("Visit evil-site.com.", "evil-site.com"),
        ("Write to mailto:a@b.example", "mailto:a@b.example"),
        ("Click javascript:alert(1", "javascript:alert(1"),
        ("Read https://qdrant.tech/docs", "https://qdrant.tech/docs"),
        (
            "Read https://qdrant.tech/docs/filtering?leak=secret",
            "https://qdrant.tech/docs/filtering?leak=secret",
        ),
        ("Read https://qdrant.tech/docs/filtering.evil.com", "https://qdrant.tech/docs/filtering.evil.com"),
    ],
)
def test_a_link_that_the_passages_lack_is_found(scanner: OutgoingScanner, text: str, link: str) -> None:
    """Nor may a known address be cut short or lengthened."""
    assert ("link", link) in problems(scanner, text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("![x](https://evil.example/a.png?d=1)", "image"),
        ("![x][ref]", "image"),
        ("![plan](plan.png)", "image"),
        ("<img src=x onerror=alert(1)>", "markup"),
        ("<script>alert(1)</script>", "markup"),
        ("<IFRAME src='x'>", "markup"),
    ],
)
def test_images_and_live_markup_are_found(scanner: OutgoingScanner, text: str, problem: str) -> None:
    """They would call another server from the reader's browser."""
    assert problem in [kind for kind, _ in problems(scanner, text)]


def test_what_the_passages_hold_may_be_shown(scanner: OutgoingScanner) -> None:
    """A link and a sentence that stand there as they are."""
    said = PASSAGE.replace("![plan](plan.png) ", "")
    assert problems(scanner, said, placeholders={"<PERSON_1>"}) == []


def test_only_placeholders_of_this_conversation_may_be_shown(scanner: OutgoingScanner) -> None:
    """Another number would be another conversation's person, or nobody."""
    text = "Ask <PERSON_1> and <email_2>."
    assert problems(scanner, text, placeholders={"<PERSON_1>"}) == [("placeholder", "<email_2>")]


def test_eight_words_of_a_prompt_in_a_row_are_found(scanner: OutgoingScanner) -> None:
    """In any case and punctuation; seven words are not."""
    assert problems(scanner, "My rules: YOU help a candidate prepare -- copy each quote!")[0][0] == "prompt"
    assert problems(scanner, "You help a candidate prepare. Copy each") == []


@pytest.mark.parametrize(
    "text",
    [
        "Use List[int] and std::vector<int>, not Node.js 3.11 or v1.2.3.",
        "Set max_tokens=10 // two lines; a/b tests; 5:1 odds; C:\\temp",
        "Compare nDCG@10, e.g. top-k vs. top-p. See section 3.4.",
        "Array<T> and <EOS> tokens; x < 3 and y > 2.",
    ],
)
def test_words_of_the_trade_are_no_links(scanner: OutgoingScanner, text: str) -> None:
    """Code, figures and abbreviations pass."""
    assert problems(scanner, text) == []
