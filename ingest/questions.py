"""Whether a heading asks an interview question, and what the lines around it say of that question."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from ingest.labels import bare_label
from ingest.read.plain import without_emoji
from ingest.words import any_of

Form = Literal["sure", "likely", "none"]
"""How certainly a text asks: `likely` holds only among other questions."""

MAX_QUESTION_CHARS = 1_200

_MARK = re.compile(
    r"^\W*"
    + any_of(r"""
        (?:q|question|ques|问题?|題|質問|질문)\s*(?:[#.]?\s*\d+\b|[:：])
        (?:pregunta|pergunta|frage|вопрос|soru|domanda|câu(?: hỏi)?)\s*(?:[#.]?\s*\d+\b|[:：])
        q\d+(?=[A-Z\u4e00-\u9fff])
        第\s*[\d一二三四五六七八九十百]+\s*[題题问問]
    """),
    re.IGNORECASE,
)
_SCENARIO = re.compile(
    r"^\W*(?:scenario|case(?: study)?|situation|incident|场景|案例|シナリオ)"
    r"(?:\s*#?\s*(?:\d+|[ivx]+)\s*[:：.—–-]|\s*[:：])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W*(?:q\s*)?\(?\d{1,4}\s*[.):、]\s*", re.IGNORECASE)
_ENDS_ASKING = re.compile(r"[?？؟\u037e\u055e](?:\s*[\"'”’»)\]*_」』】])*\s*$|[?？؟]\s*\([^()]{1,60}\)\s*$")
_ASKS_INSIDE = re.compile(r"[?？؟]\s")
_GOES_ON = re.compile(
    r"[?？؟]\s+(?:\w+\s+){0,3}(?:what|how|why|walk|explain|which|when|describe)\b", re.IGNORECASE
)
_WH = "(?:what|how|why|when|where|which|who|whose|whom)"
_INTERROGATIVE = re.compile(
    r"(?:(?:so|and|but|then|okay),? |in your (?:opinion|view|experience),? |in (?:which|what) .{1,40} "
    r"|to what extent )?"
    + any_of(rf"""
        {_WH}['’](?:s|re|d|ll)\b
        {_WH}\s+(?:is|are|was|were|do|does|did|can|could|would|should|will|shall|has|have|had|might|must|may)\b
        {_WH}\s+(?:many|much|often|long|far|big|large|happens?|makes?|causes?|goes|went|if|else|kinds?|types?|sort)\b
        {_WH}\s+(?:steps|approach|strateg(?:y|ies)|metrics|techniques|factors|challenges|methods|tools|differences?)\b
        what\s+(?:the|an?)\s.{{1,60}}\s(?:is|are)\b
        why not\b|true or false\b
        (?:can|could|would|will|have|do|did|are|were) you\b
    """),
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    rf"(?:how to|{_WH} to)\b"
    r"(?! (?:use this|contribute|run|install|read|navigate|get started|support|help|study|start|cite))",
    re.IGNORECASE,
)
_STRONG_PROMPT = re.compile(
    r"(?:(?:please|briefly|in detail,?) )*"
    + any_of(r"""
        explain|describe|elaborate|justify|differentiate|distinguish|compare and contrast|suppose|imagine
        walk (?:me|us)? ?through|talk (?:me|us) through|talk about|tell (?:me|us)
        give (?:me |us )?(?:an?|the|some|your|two|three|examples?|\d+)\b
        discuss (?:the|how|a|an|your|some|about|why|what)
        you(?:['’]re| are| were) (?:given|asked|told|building|designing|working|debugging|leading)\b
        you(?:['’]re| are| were) (?:running|joining)\b
        you(?:['’]re| are| were) (?:tasked|responsible|in charge|on[- ]call|interviewing|an?|the|on)\b
        you (?:have|need|notice|inherit|join|own|run|want|get|see|find|must) (?:an?|the|to|\d+|been|your)\b
        you['’]ve (?:been|built|shipped|just|deployed|trained|inherited)\b
        your (?:team|model|company|manager|service|system|users?|boss|c[tefi]o|pm|provider)\b(?=.*[.!?])
        your (?:llm|rag|agent|app|application|chatbot|pipeline|database|retriever|retrieval)\b(?=.*[.!?])
    """),
    re.IGNORECASE,
)
_WEAK_PROMPT = re.compile(
    any_of(r"""
        design|implement|write|build|create|draw|sketch|plan|model|set up|propose|provide|outline
        list|name|state|mention|enumerate|identify|define|rank|choose|compare|contrast|summari[sz]e
        estimate|derive|prove|calculate|compute|find|evaluate|review|reverse|critique|argue|defend|discuss
        debug|diagnose|optimi[sz]e|scale|migrate|roll out|handle|given|assume|consider
    """)
    + r"\s+\S",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"\w+(?: up| out)?\s+(?:me |us )?(?:an?|the|your|two|three|four|five|some|all|any|\d+|how|what|why|when"
    r"|this|these|those|that|at least|each|between|different|various)\b",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(
    r"^(?=.{1,60}$)(?:请|請)?"
    + any_of(r"""
        什么是|什麼是|为什么|為什麼|为何|如何|怎么|怎麼|怎样|哪些|哪个
        谈谈|談談|说说|說說|说一下|讲讲|讲一下|聊聊|简述|简单(?:介绍|说)|介绍一下|介绍下|解释|解釋|描述|请
        なぜ|どう|何が|何を
        왜|어떻게|무엇
    """)
    + r"|^(?=.{1,40}$).*"
    + any_of(r"""
        是什么|是什麼|是啥|有哪些|有什么|有什麼|有何|为什么|怎么办|怎么做|怎么解决|如何\w{1,14}|什么区别|什麼區別|吗|嗎|呢|了解么
        とは|ですか|ますか|でしょうか|説明して(?:ください)?|述べよ|教えて(?:ください)?
        까요?|나요|인가요?|무엇인가|설명하(?:시오|세요|라)
    """)
    + r"\s*[。.!！]?$"
)
_EAST_ASIAN_LIKELY = re.compile(r"(?:的?(?:区别|區別|差异|优缺点|原理|作用|流程|异同)|違い|차이(?:점)?)\s*$")
_OTHER_LANGUAGES = re.compile(
    "¿|"
    + any_of(r"""
        qué|cuál|cómo|por qué|explique|explica
        qu['’]est-ce|comment|pourquoi|expliquez
        was (?:ist|sind)|wie|warum|erklären sie|erkläre
        o que|como|por que|cos['’]è|come|perché|spiega
        что|как(?:ие|ой|ая|ов)?|почему|зачем|чем|расскажите|объясните|опишите|що|чому|як
        nedir|nasıl|neden|açıklayın|co to|jak|dlaczego|wyjaśnij|là gì|tại sao
        ما هو|ما هي|كيف|لماذا|اشرح|क्या|कैसे|क्यों
    """)
    + r"\s",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def question_form(text: str) -> Form:
    """Return whether a heading or line asks something, or tells the reader to answer something.

    >>> question_form("12. What is KV cache?"), question_form("Design a cache"), question_form("Caching")
    ('sure', 'likely', 'none')
    """
    words = without_emoji(text)
    if not words or len(words) > MAX_QUESTION_CHARS:
        return "none"
    if is_marked_question(words) or _SCENARIO.match(words):
        return "sure"
    core = _NUMBER.sub("", bare_label(words) or words).lstrip("\"'“‘「(*_ ")
    asks = _ENDS_ASKING.search(words) or (_ASKS_INSIDE.search(words) and _is_prompt(core))
    if asks or _INTERROGATIVE.match(core) or _STRONG_PROMPT.match(core) or _EAST_ASIAN.search(core):
        return "sure"
    if _WEAK_PROMPT.match(core) or _HOW_TO.match(core) or _EAST_ASIAN_LIKELY.search(core):
        return "likely"
    return "likely" if _OTHER_LANGUAGES.match(core) else "none"


def is_marked_question(text: str) -> bool:
    """Return whether a line is marked as a question by its author ("Q:", "Q12", "Question 3")."""
    return bool(_MARK.match(text))


def is_scenario(heading: str) -> bool:
    """Return whether a heading calls itself a scenario ("Scenario 3: ...")."""
    return bool(_SCENARIO.match(without_emoji(heading)))


def is_numbered(text: str) -> bool:
    """Return whether a heading begins with a number of its own."""
    return bool(_NUMBER.match(without_emoji(text)))


def is_spoken_prompt(text: str) -> bool:
    """Return whether a sentence puts a task to a candidate: "Design a ...", "Explain ..."."""
    core = _NUMBER.sub("", bare_label(text))
    return question_form(text) == "sure" or bool(_WEAK_PROMPT.match(core) and _DETERMINER.match(core))


def _is_prompt(core: str) -> bool:
    begins = (_INTERROGATIVE, _STRONG_PROMPT, _WEAK_PROMPT, _HOW_TO)
    return any(pattern.match(core) for pattern in begins) or bool(_GOES_ON.search(core))
