"""What the headings and lead-ins of handbooks say about the text below them ("Traps:", "Follow-ups")."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ingest.contract import Level, PartKind
from ingest.read.plain import plain_heading, tidy, without_emoji

MAX_LABEL_CHARS = 60

LEVEL_WORDS: dict[str, Level] = {
    **dict.fromkeys(("junior", "entry", "entry-level", "beginner", "basic", "easy", "fresher", "初级", "简单"), "junior"),
    **dict.fromkeys(("mid", "middle", "medium", "intermediate", "mid-level", "moderate", "中级", "中等"), "mid"),
    **dict.fromkeys(("senior", "hard", "advanced", "expert", "difficult", "experienced", "高级", "困难"), "senior"),
    **dict.fromkeys(("staff", "principal", "lead", "staff+", "架构师"), "staff"),
}
_LEVEL = "junior|entry|mid|middle|senior|staff|principal|lead"

# The first pattern that matches the whole label decides.
_KINDS: tuple[tuple[PartKind, str], ...] = (
    ("tags", r"tags?|标签"),
    (
        "alias",
        r"(?:also|often|sometimes) (?:asked|phrased|worded|known) as|other wordings?|variants?|alternative wordings?"
        r"|(?:the )?interviewer(?:['’]?s)?(?: question| asks)|(?:the )?(?:interview )?question|prompt|asked as|问题",
    ),
    (
        "follow_up",
        rf"(?:(?:the|a|common|possible|likely|typical|natural|expected|{_LEVEL}) )*"
        r"follow[- ]?ups?(?: questions?| probes?)?(?: to expect)?|next questions?|deep(?:er)? dives?|追问|延伸问题",
    ),
    (
        "step",
        r"(?:(?:answer|solution|response|mitigation|suggested|sample|strong|good) )?(?:outline|skeleton|framework|structure)"
        r"|(?:the |key |main )?steps?|approach|how (?:to|you) (?:answer|approach)(?: it| this)?|playbook|procedure"
        r"|walkthrough|mitigations?|(?:答题|回答|解题)?(?:思路|步骤|框架)",
    ),
    (
        "number",
        r"(?:key |the |useful |quotable )?(?:numbers?|figures?|metrics|benchmarks)(?: to (?:drop|memori[sz]e|know|quote|remember))?"
        r"|back[- ]of[- ](?:the[- ])?envelope|数据|关键数字",
    ),
    (
        "trade_off",
        r"(?:key |the |main )?trade[- ]?offs?(?: to (?:mention|discuss|name))?|pros (?:and|&|/|vs\.?) cons|pros|cons"
        r"|(?:dis)?advantages?|advantages (?:and|&) disadvantages|limitations?|drawbacks?|benefits|优缺点|优点|缺点|取舍|权衡",
    ),
    (
        "trap",
        r"(?:(?:common|the|typical|key|main|interview|classic|biggest) )*(?:traps?|pitfalls?|mistakes?|gotchas?|anti-?patterns?"
        r"|red[- ]flags?|misconceptions?)(?: (?:to avoid|answers?|to watch(?: for)?))?|(?:what|things) (?:not to (?:say|do)|to avoid)"
        r"|red[- ]flag answers.*|(?:weak|bad|wrong|poor) answers?|avoid|caveats?|warning|caution|danger|watch out|易错点|常见错误|误区|踩坑|坑"
        r"|注意(?:事项)?",
    ),
    (
        "probing",
        r"what (?:they|interviewers?|the interviewer)(?:['’]re| are| is|['’]s)? (?:really |actually )?(?:probing|testing|looking|"
        r"listening|after|want|wants)(?: for| to (?:hear|see))?|what (?:this|it|the question)(?: really)? (?:tests|probes|checks)"
        r"|what is (?:being )?(?:probed|tested)|why (?:they|interviewers?) ask(?: this| it)?|(?:interviewer )?intent|probe(?: framing)?"
        r"|probing|考察点|考察|面试官想听什么",
    ),
    (
        "signal",
        rf"what each level adds|(?:(?:{_LEVEL})(?:[- ]level)? )(?:signals?|tells?|answers?|details?|level|insight|candidates?|moves?)"
        r"|(?:the )?(?:senior|staff) (?:signal|tell|move|detail)|signals?|(?:strong|good|great|excellent|better|right) answers?(?: looks? like)?"
        r"|what (?:a )?(?:good|great|strong)(?: answer)? looks like|green flags?|level expectations|加分项|亮点",
    ),
    (
        "callout",
        r"(?:→ ?)?(?:(?:interview|pro|quick|key|exam|handy) )?tips?|mental models?|(?:key )?(?:insights?|takeaways?|ideas?)|real[- ]world use"
        r"|remember|hint|note|info|important|nota bene|n\.?b\.?|rules? of thumb|fun fact|提示|技巧|建议|重点",
    ),
    (
        "rubric",
        r"(?:(?:scoring|grading|evaluation|answer) )?rubric|scoring|grading|evaluation criteria|marking scheme|score ?card|评分(?:标准)?",
    ),
    (
        "related",
        r"(?:(?:related|useful|further|additional|external|more|other|recommended|helpful|learning) )*(?:related|resources?|references?|"
        r"readings?|links?|sources?|articles?|bibliography|material|topics|modules?|information)(?: and .{1,20})?"
        r"|related .{1,30}|see also|facts from|(?:read|learn) more|citations?|credits?|back to (?:the )?top.*|go to top|⬆.*"
        r"|(?:back|return) to .{1,30}|参考(?:资料|文献|链接|文章)?|延伸阅读|推荐阅读|相关(?:阅读|专题|文章|链接)",
    ),
    (
        "direct_answer",
        r"(?:(?:the|a|my|your|direct|short|quick|brief|simple|model|sample|suggested|expected|ideal|possible|example|one[- ]line|"
        r"30[- ]second|60[- ]second|elevator|concise|correct|show|see|view|click for|reveal|expected|reference|official) )*"
        r"(?:answers?|solutions?|response)(?: using .{1,60}| key|\(s\))?(?: [a-z]|[:：] .{0,60})?"
        r"|tl;?dr|in short|in a nutshell|short version|one[- ]liner|ans|a|explanations?|(?:回答|答案|参考答案|答|解答|解析|回答示例|解答例|ответ|пояснение|відповідь|respuesta|resposta|réponse|antwort|lösung|risposta"
        r"|cevap|çözüm|odpowiedź|odpověď|jawaban|trả lời|đáp án|đáp|답변?|정답|해설|答え|정리|الإجابة|الجواب|उत्तर|απάντηση|răspuns|svar|antwoord)(?:[:：] .{0,60})?",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)

# These say nothing of what stands below them, only that it belongs to what stands above.
_NEUTRAL = re.compile(
    r"(?:(?:worked|code|simple|real|concrete|sample|usage|quick) )*(?:examples?|demo|code|implementation|usage|output|input|diagram|"
    r"visual(?:i[sz]ation)?|illustration|syntax|details?|discussion|analysis|overview|intuition|background|context|complexity)"
    r"(?: \d+)?|key (?:points|concepts|differences|features|characteristics|components|facts)|decision table|summary|conclusion"
    r"|in summary|recap|technical details.*|(?:time|space)(?: and space)? complexity|expand|show more|click (?:me|here|to .{1,30})"
    r"|important points|why (?:it|this) matters|when to use(?: it)?|how it works|use[- ]cases?|definition|details"
    r"|示例|例子|举例|代码(?:实现)?|总结|小结|概述|背景|原理",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:hide/show )?(?:table of contents?|toc|contents|index|what['’]?s inside|on this page|in this (?:guide|article|page|chapter|section)"
    r"|questions? (?:index|list)|list of (?:questions|contents)|目录|目次|索引|inhaltsverzeichnis|índice|sommaire|оглавление|содержание)"
    r"(?: .{0,20})?",
    re.IGNORECASE,
)
_REVERSE = re.compile(
    r".*(?:questions? (?:to|you (?:can|should|could|might)) ask|ask (?:your|the|an) (?:interviewer|company|hiring)|reverse questions?"
    r"|questions? for (?:the|your) (?:interviewer|company|employer)|反问).*",
    re.IGNORECASE,
)
_QUESTIONS = re.compile(
    r"\b(?:questions?|preguntas?|perguntas?|questões|domande|fragen|vragen|spørgsmål|frågor|pytania|otázk[ay]|pitanja|vprašanja|kérdések"
    r"|jautājumi|întrebări|sorular[ıi]?|pertanyaan)\b|вопросы|въпроси|питання|питань|ερωτήσεις|câu hỏi|질문|質問|面试题|面試題|問題集|問題|问题|题目"
    r"|أسئلة|اسئلة|سوال|שאלות|प्रश्न|প্রশ্ন|မေးခွန်း|คำถาม",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(r"^\s*(?:\(?\d{1,3}(?:\.\d{1,3})*[.):、]|[IVX]{1,5}[.)]|[A-Za-z][.)])\s+|^\s*\d{1,3}(?:\.\d{1,3})+\s+|^\s*\d{1,3}、")
_OPENING = re.compile(
    r"(?P<mark>(?:[^\w\s*_<>\"'“‘(\[`&|{\\$#+=~/@.,;:!?-]|&nbsp;|\s)*)(?P<bold>\*{1,3}|_{1,3}|<(?:b|strong|em|i|u)>)?\s*",
    re.IGNORECASE,
)
_COLON = re.compile(r"\s*[:：]\s*|\s+[—–-]\s+(?=\S)")
_CLOSING = re.compile(r"\s*(?:\*{1,3}|_{1,3}|</(?:b|strong|em|i|u)>)?\s*[:：.。—–-]?\s*(?:<br\s*/?>\s*)*", re.IGNORECASE)


class Lead(NamedTuple):
    """A label at the beginning of a text, and how many characters it takes up."""

    label: str
    kind: PartKind
    length: int


def bare_label(text: str) -> str:
    """Return a heading without number, emoji and closing colon, for comparing."""
    return tidy(_ENUMERATOR.sub("", without_emoji(text))).strip(" :：.。*_—–-#→➜►▶•").strip()


@lru_cache(maxsize=8192)
def label_kind(text: str) -> PartKind | None:
    """Return what a label announces, or None if it is not a known label.

    >>> label_kind("Common follow-ups:"), label_kind("✅ Answer"), label_kind("Caching")
    ('follow_up', 'direct_answer', None)
    """
    label = bare_label(text)
    if not label or len(label) > MAX_LABEL_CHARS + 40:
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(label)), None)


@lru_cache(maxsize=8192)
def is_label(text: str) -> bool:
    """Return whether a heading only names a part of what stands above it."""
    return label_kind(text) is not None or bool(_NEUTRAL.fullmatch(bare_label(text)))


def is_contents_heading(text: str) -> bool:
    """Return whether a heading announces a table of contents."""
    return bool(_CONTENTS.fullmatch(bare_label(text)))


def asks_the_interviewer(text: str) -> bool:
    """Return whether the questions below a heading are the candidate's own."""
    return bool(_REVERSE.fullmatch(bare_label(text)))


def announces_questions(text: str) -> bool:
    """Return whether a heading says, in one of many languages, that questions stand below it."""
    return bool(_QUESTIONS.search(text)) and not asks_the_interviewer(text)


def level_of(text: str) -> Level | None:
    """Return the level that a word names.

    >>> level_of("Mid-level"), level_of("Hard"), level_of("Redis")
    ('mid', 'senior', None)
    """
    words = bare_label(text).lower()
    return LEVEL_WORDS.get(words) or LEVEL_WORDS.get(re.sub(r"[- ](?:level|tier)$", "", words))


def find_lead(raw: str) -> Lead | None:
    """Return the known label that a paragraph or item begins with; `length` reaches to what follows it.

    >>> find_lead("**Traps:** none")
    Lead(label='Traps', kind='trap', length=11)
    >>> find_lead("Caching: none") is None
    True
    """
    opening = _OPENING.match(raw)
    if opening is None:
        return None
    bold = opening["bold"]
    end, after = _label_end(raw, opening.end(), bold)
    label = plain_heading(raw[opening.end() : end]).strip(" :：.。")
    if end == opening.end() or not label or len(label) > MAX_LABEL_CHARS:
        return None
    if len(label) == 1 and label.isascii() and not bold and ":" not in raw[end:after]:
        return None
    level = level_of(label) if bold else None
    kind: PartKind | None = "signal" if level else label_kind(label)
    return Lead(label, kind, after) if kind else None


def _label_end(raw: str, start: int, bold: str | None) -> tuple[int, int]:
    """Return where the label text ends and where the text after it begins; equal to `start` if there is none."""
    line_end = raw.find("\n", start)
    line_end = len(raw) if line_end < 0 else line_end
    window = min(line_end, start + MAX_LABEL_CHARS + 20)
    if bold:
        close = raw.find("</" if bold.startswith("<") else bold, start, window)
        colon = _COLON.search(raw, start, close if close >= 0 else window)
        if close >= 0 and (colon is None or colon.end() >= close):
            closing = _CLOSING.match(raw, close)
            return close, closing.end() if closing else close
    else:
        colon = _COLON.search(raw, start, window)
    if colon:
        return colon.start(), colon.end()
    alone = line_end - start <= MAX_LABEL_CHARS
    return (line_end, line_end) if alone else (start, start)
