from hypothesis import given
from hypothesis import strategies as st

from ingest.analysis import stem, terms, words


def test_identifiers_are_found_whole_and_by_their_parts() -> None:
    """A camel-case or snake-case name answers to its words as well as to itself."""
    assert {"max", "tokens", "maxtokens"} <= set(words("maxTokens"))
    assert words("user_id") == ["user", "id"]


def test_compounds_are_found_with_and_without_hyphen() -> None:
    """ "re-ranking", "reranking" and "re ranking" share a term."""
    assert stem("reranking") in terms("re-ranking")
    assert set(terms("re ranking")) <= set(terms("re-ranking"))


def test_possessives_and_contractions_do_not_leave_stray_letters() -> None:
    """An apostrophe never makes a term of the letter behind it."""
    assert words("the user's model doesn’t stop") == ["the", "user", "model", "doesnt", "stop"]


def test_unspaced_scripts_become_overlapping_pairs() -> None:
    """Chinese text is searchable by any two neighbouring characters; Latin words inside stay whole."""
    assert words("Redis分布式锁") == ["redis", "分布", "布式", "式锁"]


def test_questions_keep_the_words_that_carry_their_point() -> None:
    """Function words are dropped, negation is not."""
    assert terms("When should I not cache?") == ["when", "not", "cach"]


@given(st.text(max_size=200))
def test_any_text_has_terms(text: str) -> None:
    """No text makes the analysis fail, and every term is lower case without spaces."""
    for term in terms(text):
        assert term
        assert not any(character.isspace() for character in term)
