"""Use the coach as the language model of a LlamaIndex program."""

from __future__ import annotations

import os
import sys

from llama_index.llms.openai_like import OpenAILike

question = " ".join(sys.argv[1:]) or "How do you roll back a bad release?"
url = os.environ.get("COACH_URL", "http://127.0.0.1:8000")

llm = OpenAILike(
    model="coach",
    api_base=f"{url}/v1",
    api_key=os.environ.get("COACH_API_KEY", "none"),
    is_chat_model=True,
)
for part in llm.stream_complete(question):
    print(part.delta or "", end="")
