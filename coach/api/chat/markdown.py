"""An answer as Markdown that grows event by event, with a link to the passage behind each claim."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from coach.answer.page import REASONS, title_of
from coach.answer.plain import printable, printable_lines
from coach.answer.render import escaped, fenced
from coach.api.chat.schemas import Annotation, ChatCitation, UrlCitation
from coach.events import Acknowledged, ClaimVerified, Degraded, Event, Finished
from coach.types import Abstention, Answer, Citation, Claim, OutlineField


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
        self._field: OutlineField | None = None
        self._label = ""
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
        if event.field != self._field:
            title = title_of(event.field, self._question)
            self._write(("\n\n" if self._field else "") + f"## {title}\n")
            self._field, self._label = event.field, ""
        if event.field == "direct_answer":
            self._write("\n" if event.index == 0 else "\n\n" if event.claim.label else " ")
        elif event.field == "steps":
            self._write(f"\n{event.index + 1}. ")
        else:
            self._write("\n- ")
        self._statement(event.claim)

    def _statement(self, claim: Claim) -> None:
        if claim.label and claim.label != self._label:
            self._write(f"**{escaped(claim.label)}:** ")
        self._label = claim.label
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
