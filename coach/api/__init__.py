"""The HTTP API, its OpenAI-compatible and MCP faces; nothing heavy is imported here."""
