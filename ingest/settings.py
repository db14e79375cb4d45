"""Settings that indexing and querying share."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.contract import ChunkerParameters


class IndexSettings(BaseSettings):
    """Where the index lives and what it is made with; read from `COACH_*` and a `.env` file."""

    model_config = SettingsConfigDict(env_prefix="COACH_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(Path(".coach"), description="Folder of the embedded index.")
    qdrant_url: str = Field(
        "",
        description="Qdrant server, or nodes of a cluster with commas; empty means the embedded engine.",
    )
    qdrant_api_key: SecretStr = Field(SecretStr(""), description="API key of that server.")
    qdrant_timeout_s: float = Field(10.0, gt=0, description="Longest wait for one Qdrant call, seconds.")
    qdrant_shards: int = Field(
        0, ge=0, le=1000, description="Shards of each new build on a cluster; 0 leaves it to the cluster."
    )
    qdrant_replicas: int = Field(1, ge=1, le=100, description="Copies of each shard on a cluster.")
    qdrant_write_consistency: int = Field(
        1, ge=1, le=100, description="Copies that have to hold what is written before it counts as written."
    )
    qdrant_read_consistency: Literal["one", "majority", "quorum", "all"] = Field(
        "one", description="Copies that a read asks."
    )
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
    hnsw_m: int = Field(16, ge=4, le=128, description="Links of each chunk in the graph of a large index.")
    hnsw_ef_construct: int = Field(
        100, ge=4, le=2000, description="Candidates that are weighed for each of those links."
    )
    hnsw_ef: int = Field(
        512, ge=10, le=10_000, description="Candidates that a search keeps in hand in the graph."
    )
    quantisation: Literal["none", "scalar", "binary"] = Field(
        "none", description="Coarse copies of the vectors in memory: a byte a number, or a bit."
    )
    on_disk: Literal["none", "words", "all"] = Field(
        "none", description="Vectors that are read from disk: those of words, or all with their graph."
    )
    threads: int = Field(2, ge=1, description="Threads of the embedding runtime.")
    max_document_mb: float = Field(20.0, gt=0, description="Largest file that is read, megabytes.")

    @field_validator("qdrant_write_consistency")
    @classmethod
    def _check_copies(cls, wanted: int, info: ValidationInfo) -> int:
        copies = info.data.get("qdrant_replicas", wanted)
        if wanted > copies:
            raise ValueError(f"there are no more than {copies} copies (COACH_QDRANT_REPLICAS)")
        return wanted

    @property
    def chunker(self) -> ChunkerParameters:
        """What decides how text is cut."""
        return ChunkerParameters(max_chars=self.chunk_chars, min_chars=self.chunk_min_chars)

    @property
    def index_dir(self) -> Path:
        """Folder of the embedded engine."""
        return self.data_dir / "index"

    @property
    def index_place(self) -> str:
        """Where the index is, fit to be shown: servers without their credentials, or the folder."""
        addresses = (urlsplit(one.strip()) for one in self.qdrant_url.split(","))
        shown = (one._replace(netloc=one.netloc.rpartition("@")[2]).geturl() for one in addresses)
        return ",".join(shown) or str(self.index_dir)
