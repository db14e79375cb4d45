"""Where the page finds the API."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PageSettings(BaseSettings):
    """Everything that can be set for the page; docs/cli.md lists each field."""

    model_config = SettingsConfigDict(
        env_prefix="COACH_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    api_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://\S+$",
        description="Address of the API that the page uses.",
    )
    api_key: SecretStr = Field(
        SecretStr(""), description="API key of the page; empty on an API that asks for none."
    )
