"""The words by which handbooks name their parts, one pattern a line."""

from __future__ import annotations

from ingest.contract import Level, PartKind


def any_of(lines: str) -> str:
    r"""Return one pattern that matches what any of the lines matches.

    >>> any_of('''
    ...     tips?
    ...     hint
    ... ''')
    '(?:tips?|hint)'
    """
    return f"(?:{'|'.join(line.strip() for line in lines.strip().splitlines())})"


LEVELS: dict[str, Level] = {
    **dict.fromkeys("junior entry entry-level beginner basic easy fresher 初级 简单".split(), "junior"),
    **dict.fromkeys("mid middle medium intermediate mid-level moderate 中级 中等".split(), "mid"),
    **dict.fromkeys("senior hard advanced expert difficult experienced 高级 困难".split(), "senior"),
    **dict.fromkeys("staff principal lead staff+ 架构师".split(), "staff"),
}
_LEVEL = "(?:junior|entry|mid|middle|senior|staff|principal|lead)"
_ANSWERING = (
    "(?:(?:the|a|my|your|direct|short|quick|brief|simple|full|detailed|model|sample|suggested|expected|ideal|possible"
    "|example|reference|official|correct|concise|interview|one-line|[36]0-second|elevator|show|see|view|reveal"
    "|click for) )*"
)
_THEY = "(?:they|interviewers?|the interviewer)"

LABELS: tuple[tuple[PartKind, str], ...] = (
    ("tags", "tags?|标签"),
    (
        "alias",
        any_of(r"""
            (?:also|often|sometimes) (?:asked|phrased|worded|known) as
            (?:other|alternative) wordings?|variants?|asked as|prompt
            (?:the )?interviewer(?:['’]?s)?(?: question| asks)
            (?:the )?(?:interview )?question|问题
        """),
    ),
    (
        "follow_up",
        any_of(rf"""
            (?:(?:the|a|common|possible|likely|typical|expected|{_LEVEL}) )*follow[- ]?ups?(?: [a-z]+)?
            next questions?|deep(?:er)? dives?
            追问|延伸问题
        """),
    ),
    (
        "step",
        any_of(r"""
            (?:(?:answer|solution|response|mitigation|strong) )?(?:outline|skeleton|framework|structure)
            (?:the |key |main )?steps?|approach|playbook|procedure|walkthrough|mitigations?
            how (?:to|you) (?:answer|approach)(?: it| this)?
            (?:答题|回答|解题)?(?:思路|步骤|框架)
        """),
    ),
    (
        "number",
        any_of(r"""
            (?:key |the |useful |quotable )?(?:numbers?|figures?|metrics|benchmarks)(?: to \w+)?
            back[- ]of[- ](?:the[- ])?envelope
            数据|关键数字
        """),
    ),
    (
        "trade_off",
        any_of(r"""
            (?:key |the |main )?trade[- ]?offs?(?: to \w+)?
            pros (?:and|&|/|vs\.?) cons|pros|cons|benefits|limitations?|drawbacks?
            (?:dis)?advantages?|advantages (?:and|&) disadvantages
            优缺点|优点|缺点|取舍|权衡
        """),
    ),
    (
        "trap",
        any_of(r"""
            (?:(?:common|the|typical|key|main|interview|classic) )*(?:traps?|pitfalls?|gotchas?)(?: to \w+)?
            (?:(?:common|the|typical|classic|biggest) )*(?:mistakes?|errors)(?: to \w+)?
            (?:common )?(?:anti-?patterns?|misconceptions?|caveats?)
            red[- ]flags?(?: answers?.*)?|(?:weak|bad|wrong|poor) answers?
            (?:what|things) (?:not to (?:say|do)|to avoid)|avoid|warning|caution|danger|watch out
            易错点|常见错误|误区|踩坑|坑|注意(?:事项)?
        """),
    ),
    (
        "probing",
        any_of(rf"""
            what {_THEY}(?:['’](?:re|s)| are| is)? (?:really |actually )?(?:prob|test|look|listen)ing(?: for)?
            what {_THEY}(?:['’](?:re|s)| are| is)? (?:really |actually )?(?:after|wants?)(?: to (?:hear|see))?
            what (?:this|it|the question)(?: really)? (?:tests|probes|checks)
            what is (?:being )?(?:probed|tested)
            why {_THEY} ask(?: this| it)?|(?:interviewer )?intent|probe(?: framing)?|probing
            考察点|考察|面试官想听什么
        """),
    ),
    (
        "signal",
        any_of(rf"""
            what each level adds|level expectations|signals?|green flags?
            (?:the )?{_LEVEL}(?:[- ]level)? (?:signals?|tells?|answers?|details?|level|insight|moves?)
            (?:strong|good|great|excellent|better|right) answers?(?: looks? like)?
            what (?:a )?(?:good|great|strong)(?: answer)? looks like
            加分项|亮点
        """),
    ),
    (
        "callout",
        any_of(r"""
            (?:(?:interview|pro|quick|key|exam|handy) )?tips?|mental models?|real[- ]world use
            (?:key )?(?:insights?|takeaways?)|key ideas?|rules? of thumb|fun fact
            remember|hint|note|info|important|nota bene|n\.?b\.?
            提示|技巧|建议|重点
        """),
    ),
    (
        "rubric",
        any_of(r"""
            (?:(?:scoring|grading|evaluation|answer) )?rubric|scoring|grading
            evaluation criteria|marking scheme|score ?card|评分(?:标准)?
        """),
    ),
    (
        "related",
        any_of(r"""
            related(?: .{1,30})?|see also|facts from|(?:read|learn) more|citations?|credits?
            (?:(?:useful|further|additional|external|more|other|recommended|helpful|learning) )*resources?
            (?:(?:useful|further|additional|external|recommended|source\(?s?\)?|and) )*readings?
            (?:(?:useful|further|additional|external|more|other) )*(?:references?|links?|sources?|articles?)
            (?:further|additional|more) information
            bibliography|(?:back|return|go) to .{1,30}|⬆.*
            参考(?:资料|文献|链接|文章)?|延伸阅读|推荐阅读|相关(?:阅读|专题|文章|链接)
        """),
    ),
    (
        "direct_answer",
        any_of(rf"""
            {_ANSWERING}(?:answers?|solutions?|response)(?: using .{{1,60}}| key|\(s\))?(?: [a-z])?
            {_ANSWERING}(?:answers?|solutions?)[:：] .{{0,60}}
            tl;?dr|in short|in a nutshell|short version|one[- ]liner|ans|a|explanations?
            (?:回答|答案|参考答案|答|解答|解析|回答示例|解答例|答え|답변?|정답|해설)(?:[:：] .{{0,60}})?
            (?:ответ|пояснение|відповідь|respuesta|resposta|réponse|antwort|lösung)(?:: .{{0,60}})?
            (?:risposta|cevap)(?:: .{{0,60}})?
            (?:odpowiedź|odpověď|jawaban|trả lời|đáp án|απάντηση|răspuns|svar|antwoord)(?:: .{{0,60}})?
            (?:الإجابة|الجواب|उत्तर)(?:: .{{0,60}})?
        """),
    ),
)
"""What a label announces; the first pattern that matches it whole decides."""

NEUTRAL = any_of(r"""
    (?:(?:worked|code|simple|real|concrete|sample|usage|quick) )*(?:examples?|demo|code|output)(?: \d+)?
    (?:(?:code|simple|sample) )*implementation(?: \d+)?
    usage|input|diagram|visual(?:i[sz]ation)?|illustration|syntax|details?|discussion|analysis|overview|intuition
    background|context|(?:(?:time|space)(?: and space)? )?complexity|technical details.*
    definition|use[- ]cases?
    key (?:points|concepts|differences|features|characteristics|components|facts)|important points
    decision table|summary|in summary|conclusion|recap
    why (?:it|this) matters|when to use(?: it)?|how it works
    expand|show more|click (?:me|here|to .{1,30})
    示例|例子|举例|代码(?:实现)?|总结|小结|概述|背景|原理
""")
"""These say nothing of what stands below them, only that it belongs to what stands above."""

CONTENTS = any_of(r"""
    (?:hide/show )?(?:table of contents?|toc|contents|index|what['’]?s inside)(?: .{0,20})?
    (?:on this page|in this (?:guide|article|page|chapter|section))(?: .{0,20})?
    questions? (?:index|list)|list of (?:questions|contents)
    目录|目次|索引|inhaltsverzeichnis|índice|sommaire|оглавление|содержание
""")

REVERSE_QUESTIONS = any_of(r"""
    questions? (?:to|you (?:can|should|could|might)) ask
    ask (?:your|the|an) (?:interviewer|company|hiring)
    reverse questions?|questions? for (?:the|your) (?:interviewer|company|employer)
    反问
""")

QUESTIONS = any_of(r"""
    \b(?:questions?|preguntas?|perguntas?|questões|domande|fragen|vragen|spørgsmål|frågor|pytania|otázk[ay])\b
    \b(?:pitanja|vprašanja|kérdések|jautājumi|întrebări|sorular[ıi]?|pertanyaan)\b
    вопросы|въпроси|питання|питань|ερωτήσεις|câu hỏi|คำถาม|မေးခွန်း
    질문|質問|面试题|面試題|問題集|問題|问题|题目
    أسئلة|اسئلة|سوال|שאלות|प्रश्न|প্রশ্ন
""")
