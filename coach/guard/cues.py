"""Patterns of the words that stand before or after a person's name; the words are in cues.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns that end where a name may begin, except for `speaks`, which begins where one may end."""

    introduced: re.Pattern[str]
    presented: re.Pattern[str]
    titled: re.Pattern[str]
    greeted: re.Pattern[str]
    signed: re.Pattern[str]
    labelled: re.Pattern[str]
    role: re.Pattern[str]
    addressed: re.Pattern[str]
    speaks: re.Pattern[str]


@cache
def load_cues() -> Cues:
    """Return the patterns."""
    text = resources.files("coach.guard").joinpath("cues.yaml").read_text(encoding="utf-8")
    any_of = {kind: _any_of(lines) for kind, lines in yaml.safe_load(text).items()}
    flags = re.IGNORECASE | re.MULTILINE
    start, space = r"(?<!\w)", r"[ \t]+(?=\w)"
    company = r"(?: (?:over )?at [A-Z]\w+)?"
    return Cues(
        introduced=re.compile(rf"{start}{any_of['introduced']}\s*[:–-]?\s*", flags),
        presented=re.compile(rf"{start}{any_of['presented']}{space}", flags),
        titled=re.compile(rf"{start}{any_of['titled']}\.?{space}"),
        greeted=re.compile(rf"(?:^|(?<=[.!?]))\s*{any_of['greeted']},?{space}", flags),
        signed=re.compile(
            rf"(?:\b{any_of['signed']}[,.!]*\s*[-–—~]?\s*|^\s*[-–—~]+\s*|\s[–—]\s*)"
            r"(?=[^\W\d_][^\n,.;:!?]{0,40}\.?\s*(?:\Z|\n))",
            flags,
        ),
        labelled=re.compile(rf"(?:^|[\s,;({{\[|\"']){any_of['labels']}[\"']? *[:=：] *[\"']?", flags),
        role=re.compile(
            rf"\b{any_of['roles']}(?:,? (?:is|was|named|called|of mine)|{company})?(?:,| *:| *\()?\s*(?=\w)",
            flags,
        ),
        addressed=re.compile(rf"\b{any_of['addressed']}{space}", flags),
        speaks=re.compile(rf"(?:['’]s {any_of['owned']}|,? {any_of['acts']})\b", flags),
    )


def _any_of(lines: list[str]) -> str:
    phrases = {phrase for line in lines for phrase in line.split(", ")}
    escaped = (re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]") for phrase in phrases)
    return f"(?:{'|'.join(sorted(escaped, key=len, reverse=True))})"


HAN_PERSON = re.compile(
    r"""(?x) (?: 我叫做? | 我的名字(?:是|叫) | 我是(?=[\u4e00-\u9fff]{2,4}(?:[，,。.\s]|$)) | 本人
          | 姓名[：:]?\s* ) \s*
        (?P<zh> [\u4e00-\u9fff·]{2,6}? ) (?= [，,。.！!；;\s的是在有想] | $ )
      | (?: 私の名前は | 私は | わたしは | 僕は | 名前は ) \s*
        (?P<ja> [\u3040-\u30ff\u4e00-\u9fff\s・]{2,10}? )
        (?= です | と申し | と言い | といい | 、 | 。 )
      | (?P<honoured> [\u4e00-\u9fff]{1,4} | [\u30a0-\u30ff・]{2,10} )
        (?: さん | 様 | 先生 | 女士 | 小姐 | 老师 | 经理 | 同学 | 総監 )
      | (?: 제\ 이름은 | 저는 | 나는 ) \s* (?P<ko> [\uac00-\ud7a3]{2,4} )
        (?= 입니다 | 이에요 | 예요 | 이라고 | 라고 | 인데 )
      | (?P<nim> [\uac00-\ud7a3]{2,4} ) (?: \ ?씨 | 님 ) (?![\uac00-\ud7a3]{2})"""
)
"""Names in scripts without capitals, by what introduces or honours them."""
