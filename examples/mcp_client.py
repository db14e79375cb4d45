"""Call the tools of the coach as an MCP client does."""

from __future__ import annotations

import os
import sys

import anyio
from mcp import Client

question = " ".join(sys.argv[1:]) or "How do you roll back a bad release?"
url = os.environ.get("COACH_URL", "http://127.0.0.1:8000")


async def main() -> None:
    """Print the tools and what `ask` answers."""
    async with Client(f"{url}/mcp") as client:
        for tool in (await client.list_tools()).tools:
            print(f"{tool.name}: {tool.description}")
        result = await client.call_tool("ask", {"question": question})
        for content in result.content:
            print(getattr(content, "text", ""))


anyio.run(main)
