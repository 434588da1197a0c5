"""Settings of this room, read from the environment at its door only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoder import OWN


class Settings(BaseSettings):
    """`ENVDOCTOR_ENCODER` is `own`, or name or path of a Sentence-Transformers model such as BAAI/bge-m3; `ENVDOCTOR_RERANKER`
    name or path of a cross-encoder such as BAAI/bge-reranker-v2-m3. With `ENVDOCTOR_MILVUS`, the address of a Milvus, that
    one finds instead of the files.
    """

    model_config = SettingsConfigDict(env_prefix="ENVDOCTOR_", env_ignore_empty=True)

    data_dir: Path = Path("data")
    database_url: str = ""
    encoder: str = OWN
    reranker: str = ""
    milvus: str = ""
    milvus_token: SecretStr = SecretStr("")
    region: str = "湖北省武汉市"
    kept_indexes: Annotated[int, Field(ge=1)] = 3

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'env-doctor.db'}"

    @property
    def index_root(self) -> Path:
        return self.data_dir / "index"
