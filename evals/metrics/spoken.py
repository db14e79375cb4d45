"""How long an answer takes to say, against the time box of the page that it answers from."""

from __future__ import annotations

WORDS_A_MINUTE = 140
"""A calm pace in an interview; conversational English runs at 120 to 150 words a minute.

Source: National Center for Voice and Speech, "Voice qualities: speaking rate" (about 150 on average).
"""


def spoken_minutes(text: str) -> float:
    """Return the minutes that a text takes to say.

    >>> spoken_minutes("word " * 70)
    0.5
    """
    return len(text.split()) / WORDS_A_MINUTE


def fits_time_box(minutes: float, box_minutes: float) -> float:
    """Return 1.0 if the answer can be said within the box, else 0.0; the mean is the share that fits.

    >>> fits_time_box(2.9, 3.0), fits_time_box(3.1, 3.0)
    (1.0, 0.0)
    """
    return float(minutes <= box_minutes)
