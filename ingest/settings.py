"""Settings that indexing and querying share."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.contract import ChunkerParameters


class IndexSettings(BaseSettings):
    """Where the index lives and what it is made with; read from `COACH_*` and a `.env` file."""

    model_config = SettingsConfigDict(env_prefix="COACH_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(Path(".coach"), description="Folder of the embedded index.")
    qdrant_url: str = Field("", description="Qdrant server to use; empty means the embedded engine.")
    qdrant_api_key: SecretStr = Field(SecretStr(""), description="API key of that server.")
    qdrant_timeout_s: float = Field(10.0, gt=0, description="Longest wait for one Qdrant call, seconds.")
    weights_dir: Path = Field(
        default_factory=lambda: user_cache_path("interview-coach") / "weights",
        description="Folder that holds one folder per model; shared by all data folders.",
    )
    collection: str = Field(
        "handbook", pattern=r"^[\w.-]{1,64}$", description="Collection to read and write."
    )
    build: str = Field("", description="Build of it to read; empty means the live one, as it changes.")
    embed_model: str = Field("all-MiniLM-L6-v2", description="Dense embedding model; see 'coach weights'.")
    chunk_chars: int = Field(900, ge=200, le=4000, description="Longest chunk, characters.")
    chunk_min_chars: int = Field(
        120, ge=1, le=200, description="Shorter pieces are joined with a neighbour, characters."
    )
    threads: int = Field(2, ge=1, description="Threads of the embedding runtime.")
    max_document_mb: float = Field(20.0, gt=0, description="Largest file that is read, megabytes.")

    @property
    def chunker(self) -> ChunkerParameters:
        """What decides how text is cut."""
        return ChunkerParameters(max_chars=self.chunk_chars, min_chars=self.chunk_min_chars)

    @property
    def index_dir(self) -> Path:
        """Folder of the embedded engine."""
        return self.data_dir / "index"
