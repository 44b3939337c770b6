"""What a person sets from outside: the only place that reads the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from resolvers.errors import Refusal
from resolvers.sources.spec import is_web_address

MANIFOLD_URL = "https://api.manifold.markets"


def data_directory() -> Path:
    """Where a program keeps a user's data on this system (XDG on Linux, Library on macOS, AppData on Windows)."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "crux"


class Settings(BaseSettings):
    """Environment variables, each `CRUX_…`; a flag on the command line wins over them."""

    model_config = SettingsConfigDict(env_prefix="CRUX_", extra="ignore")

    database_url: str = Field(
        default="", description="SQLAlchemy URL of the store; if empty, SQLite in the data folder"
    )
    debate: Path | None = Field(default=None, description="the debate folder")
    manifold_url: str = Field(default=MANIFOLD_URL, description="base address of the Manifold API")
    manifold_key: SecretStr | None = Field(
        default=None, description="API key of the market account; none means read-only"
    )
    contact: str = Field(default="", description="how publishers can reach you; sent in the User-Agent of every fetch")

    @field_validator("manifold_key", "contact", mode="before")
    @classmethod
    def _can_be_sent(cls, value: Any, info: ValidationInfo) -> Any:
        """Refusal of what no HTTP header can carry; a secret is not repeated."""
        if isinstance(value, str) and not (value.isascii() and value.isprintable()):
            raise Refusal(
                f"CRUX_{(info.field_name or '').upper()} has characters that cannot be sent: "
                "copy it again, in plain letters, digits and marks"
            )
        return value

    @field_validator("manifold_url")
    @classmethod
    def _on_the_web(cls, url: str) -> str:
        if not is_web_address(url):
            raise Refusal(f"CRUX_MANIFOLD_URL: {url!r} is no address of the web; write {MANIFOLD_URL}")
        return url

    def store_url(self) -> str:
        """The store's SQLAlchemy URL; makes the default data directory on first use."""
        if self.database_url:
            return self.database_url
        folder = data_directory()
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'crux.sqlite'}"


def unknown_variables() -> list[str]:
    """`CRUX_…` variables that no setting reads: most likely a typo, and otherwise ignored in silence."""
    known = {f"CRUX_{name}".upper() for name in Settings.model_fields} | {"CRUX_REAL_BODIES"}
    return sorted(name for name in os.environ if name.startswith("CRUX_") and name not in known)
