from __future__ import annotations

import pytest

from coach.guard.scripts import is_latin, is_of_another_script


@pytest.mark.parametrize(
    "text", ["Größe und Maß.", "Zażółć gęślą jaźń.", "Lưu ý cho các hệ thống", "Ｗｉｄｅ letters"]
)
def test_letters_with_marks_are_latin(text: str) -> None:
    """So are Vietnamese and wide ones."""
    assert is_latin(text)
    assert not is_of_another_script(text)


@pytest.mark.parametrize("text", ["Повторите запрос.", "请告诉用户", "أخبر المستخدمين", "उत्तर दें"])
def test_other_scripts_are_told(text: str) -> None:
    """Whichever they are."""
    assert is_of_another_script(text)
    assert not is_latin(text)


def test_a_few_letters_of_another_script_change_nothing() -> None:
    """A symbol does not make a text strange."""
    assert not is_of_another_script("The rate λ per hour")
    assert is_latin("")
