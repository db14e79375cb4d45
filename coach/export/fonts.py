"""The fonts of PDF files: DejaVu, which the locked matplotlib carries, and names of East Asian ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from coach.errors import SettingsError

BODY = "CoachSans"
CODE = "CoachMono"
# Latin, Greek, Cyrillic, Armenian, Georgian and more. Source: https://dejavu-fonts.github.io, free licence.
_FILES = {
    BODY: "DejaVuSans.ttf",
    f"{BODY}-Bold": "DejaVuSans-Bold.ttf",
    f"{BODY}-Italic": "DejaVuSans-Oblique.ttf",
    f"{BODY}-BoldItalic": "DejaVuSans-BoldOblique.ttf",
    CODE: "DejaVuSansMono.ttf",
}
# Not embedded: PDF viewers bring them under these names (Adobe's Asian font packs).
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_KANA = (range(0x3040, 0x3100), range(0x31F0, 0x3200), range(0x3300, 0x3358))
_HANGUL = (
    range(0x1100, 0x1200),
    range(0x3130, 0x3190),
    range(0x3200, 0x3220),
    range(0x3260, 0x3280),
    range(0xAC00, 0xD7B0),
)
_IDEOGRAPHS = (range(0x3000, 0xA000), range(0xF900, 0xFB00), range(0xFF00, 0xFFF0))
_MISSING = "\ufffd"


@lru_cache(maxsize=1)
def register() -> None:
    """Make the fonts known to reportlab, once a process.

    Raises:
        SettingsError: The packages that carry the fonts are not installed as they are locked.
    """
    found = find_spec("matplotlib")  # not imported: its fonts are wanted, not its half second
    folder = Path(found.origin or "").parent / "mpl-data/fonts/ttf" if found else Path()
    for name, file in _FILES.items():
        if not (folder / file).is_file():
            raise SettingsError(
                f"the font {file!r} is not where matplotlib keeps it", hint="Install the locked requirements."
            )
        pdfmetrics.registerFont(TTFont(name, folder / file))
    pdfmetrics.registerFontFamily(BODY, BODY, f"{BODY}-Bold", f"{BODY}-Italic", f"{BODY}-BoldItalic")
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def by_font(text: str, font: str) -> Iterator[tuple[str, str]]:
    """Yield a text in pieces, each with the font to print it in; what no font holds becomes U+FFFD.

    Ideographs follow the script that they stand beside: Japanese where the text has kana, else Chinese.
    """
    ideographs = _JAPANESE if any(_is_of(ord(char), _KANA) for char in text) else _CHINESE
    chosen = [_choose(char, font, ideographs) for char in text]
    for name, pieces in groupby(chosen, key=lambda piece: piece[1]):
        yield "".join(char for char, _ in pieces), name


def count_missing(text: str) -> int:
    """Return how many characters of a text no font holds."""
    shown = "".join(piece for piece, _ in by_font(text, BODY))
    return shown.count(_MISSING) - text.count(_MISSING)


def _choose(char: str, font: str, ideographs: str) -> tuple[str, str]:
    code = ord(char)
    for name in (font, *_FILES):
        if code in pdfmetrics.getFont(name).face.charToGlyph:
            return char, name
    if _is_of(code, _HANGUL):
        return char, _KOREAN
    if _is_of(code, _IDEOGRAPHS):
        return char, ideographs
    return _MISSING, font


def _is_of(code: int, blocks: Sequence[range]) -> bool:
    return any(code in block for block in blocks)
