from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.recruit.read_level import read_level
from coach.recruit.read_parts import asides, parts, title
from coach.recruit.recruiter import Recruiter

ADVERT = """Ardent Rail
Incident Engineer, AI Services

About us
Ardent has run trains since 1911. We cut costs for 300 customers across Europe.

What you will do
- lead the response when an assistant fails, with runbooks and on-call rotations
- mentor two juniors; a principal engineer is your buddy
- report to the Staff Engineer

You have
- {years} years of experience in operations
- calm in outages

Nice to have:
- token spend, invoices, prompt caching

We offer
- a learning budget and a pension
- Finance pays your bills: 20 years of profit
"""


def advert(years: str) -> str:
    """Return an advert with so many years of experience, long enough to be one."""
    return ADVERT.format(years=years) + "\nWe look forward to reading from you. " * 3


def test_what_is_nice_to_have_or_offered_is_no_topic(recruiter: Recruiter) -> None:
    """Only what stands in the work and the demands is what the interview is about."""
    wishes = recruiter.read(advert("five")).wishes
    assert [one.id for one in wishes.competencies] == ["incident-response"]
    assert wishes.minutes is None
    assert wishes.count is None


@pytest.mark.parametrize(("years", "level"), [("three", "mid"), ("6", "senior"), ("1", "junior")])
def test_years_of_the_person_count_and_not_those_of_others(years: str, level: str) -> None:
    """Mentors, juniors and the age of the firm say nothing of the post."""
    cue = read_level(advert(years))
    assert cue is not None
    assert cue.level == level


def test_the_title_outranks_what_stands_below_it() -> None:
    """A level in the title holds, whatever years or people the text names."""
    cue = read_level(advert("ten").replace("Incident Engineer", "Incident Engineer II"))
    assert cue is not None
    assert cue.level == "mid"


def test_the_title_is_found_behind_other_lines() -> None:
    """The firm's name may come first."""
    assert advert("two")[slice(*title(advert("two")))] == "Incident Engineer, AI Services"


def test_a_wish_for_the_interview_counts_wherever_it_stands(recruiter: Recruiter) -> None:
    """What a recruiter adds for the interview is no part of the benefits that it stands behind."""
    wishes = recruiter.read(
        advert("4") + "\nFor the interviewers: ten questions, no behavioural ones."
    ).wishes
    assert wishes.count == 10
    assert wishes.avoid_kinds == ("behavioural",)


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["We offer", "- cost", "\n", "Role: AI Engineer", "a: b.", "x " * 50])).map(
        "\n".join
    )
)
def test_parts_lie_in_order_inside_the_text(text: str) -> None:
    """Whatever is cut, no part meets another one."""
    found = parts(text)
    assert all(0 <= one.start <= one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert set(asides(text)) <= {(one.start, one.end) for one in found}
