"""Point OpenAI's SDK at the coach; the text has links, and the reply has the citations as data."""

from __future__ import annotations

import os
import sys

import openai

question = " ".join(sys.argv[1:]) or "How do you roll back a bad release?"
url = os.environ.get("COACH_URL", "http://127.0.0.1:8000")

with openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ.get("COACH_API_KEY", "none")) as client:
    stream = client.chat.completions.create(
        model="coach-senior", messages=[{"role": "user", "content": question}], stream=True
    )
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="")
    reply = client.chat.completions.create(
        model="coach-senior", messages=[{"role": "user", "content": question}]
    )
    extra = reply.model_extra or {}
    for cited in extra["citations"]:
        print(f"[{cited['number']}] “{cited['quote']}” {cited['url']}")
