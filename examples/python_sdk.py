"""Stream an answer with the Python SDK and print each claim with its first quote."""

from __future__ import annotations

import os
import sys

from coach.client import Client
from coach.events import ClaimVerified, Finished

question = " ".join(sys.argv[1:]) or "How do you roll back a bad release?"
url = os.environ.get("COACH_URL", "http://127.0.0.1:8000")

with Client(url, api_key=os.environ.get("COACH_API_KEY")) as coach:
    for event in coach.stream(question, level="staff"):
        if isinstance(event, ClaimVerified):
            cited = event.claim.citations[0]
            print(f"{event.field}: {event.claim.text}")
            print(f"    {cited.document}:{cited.start}-{cited.end} “{cited.quote}”")
        elif isinstance(event, Finished):
            answer = event.answer
            print(f"{answer.status}, support {answer.support_rate}, permalink {url}/v1/answers/{answer.id}")
