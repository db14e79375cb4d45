"""An answer as Markdown that grows event by event, with a link to the passage behind each claim."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from coach.answer.page import REASONS, set_claim
from coach.answer.plain import printable, printable_lines
from coach.answer.render import escaped, fenced, label_markdown
from coach.api.chat.schemas import Annotation, ChatCitation, UrlCitation
from coach.events import Acknowledged, ClaimVerified, Degraded, Event, Finished
from coach.types import Abstention, Answer, Citation, Claim


class LinkedMarkdown:
    """Turns events into text, in order; what was returned is never changed later.

    Args:
        question: What was asked.
        base_url: Address of the API, without a slash at the end.

    Attributes:
        citations: So far, by number; equal citations share one.
        annotations: Where their links stand in the text so far.
    """

    def __init__(self, question: str, base_url: str) -> None:
        self._question = question
        self._base_url = base_url
        self._title = ""
        self._label = ""
        self._answers = False
        self._steps = 0
        self._chars = 0
        self._added = ""
        self._numbers: dict[tuple[str, int, int], int] = {}
        self.citations: list[ChatCitation] = []
        self.annotations: list[Annotation] = []

    def feed(self, event: Event) -> str:
        """Return the text that an event adds; it may be empty."""
        self._added = ""
        match event:
            case Acknowledged():
                self._question = event.standalone or self._question
            case ClaimVerified():
                self._claim(event)
            case Degraded():
                self._write(f"> Degraded: answered without {escaped(event.what)}.\n\n")
            case Finished():
                self._end(event.answer)
        return self._added

    def _claim(self, event: ClaimVerified) -> None:
        self._answers = self._answers or event.field == "direct_answer"
        title, style, label = set_claim(event.field, event.claim, self._question, answers=self._answers)
        is_first = title != self._title
        if is_first:
            self._write(("\n\n" if self._title else "") + f"## {escaped(title)}\n")
            self._title, self._label = title, ""
        shown = "" if label == self._label else label
        self._label = label
        if style == "prose":
            self._write("\n" if is_first else "\n\n" if shown else " ")
        elif style == "numbered":
            self._steps += 1
            self._write(f"\n{self._steps}. ")
        else:
            self._write("\n- ")
        self._write(label_markdown(shown, is_prose=style == "prose"))
        self._statement(event.claim)

    def _statement(self, claim: Claim) -> None:
        is_code = "\n" in claim.text
        if not is_code:
            self._write(escaped(claim.text))
        if claim.support == "partial":
            self._write(" *(partly supported)*")
        for citation in claim.citations:
            self._write(" ")
            self._link(citation)
        if is_code:
            indented = fenced(printable_lines(claim.text)).replace("\n", "\n   ")
            self._write(f"\n\n   {indented}\n")

    def _link(self, citation: Citation) -> None:
        place = (citation.document, citation.start, citation.end)
        url = self._url(*place)
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            fields = citation.model_dump(exclude={"chunk_id"})
            self.citations.append(ChatCitation(number=self._numbers[place], url=url, **fields))
        start = self._chars
        self._write(f"[{self._numbers[place]}]({url})")
        marked = UrlCitation(start_index=start, end_index=self._chars, title=citation.heading, url=url)
        self.annotations.append(Annotation(url_citation=marked))

    def _end(self, answer: Answer) -> None:
        if answer.abstention:
            self._abstention(answer.abstention)
        url = f"{self._base_url}/v1/answers/{answer.id}"
        self._write(("\n\n" if self._chars else "") + f"[Permalink]({url})\n")

    def _abstention(self, abstention: Abstention) -> None:
        self._write(f"**{REASONS[abstention.reason]}** {escaped(abstention.message)}")
        if abstention.nearest:
            self._write("\n\nNearest sections:\n")
            for near in abstention.nearest:
                url = self._url(near.document, near.start, near.end)
                self._write(f"\n- [{escaped(printable(near.heading) or near.document)}]({url})")
        self._write(f"\n\n**Next:** {escaped(abstention.next_step)}")

    def _url(self, document: str, start: int, end: int) -> str:
        # Parentheses would end the Markdown link.
        name = quote(document).replace("(", "%28").replace(")", "%29")
        return f"{self._base_url}/v1/documents/{name}?{urlencode({'start': start, 'end': end})}"

    def _write(self, text: str) -> None:
        self._added += text
        self._chars += len(text)
