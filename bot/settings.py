"""What a person sets from outside, by environment or in one TOML file: the only place that reads the environment.

A variable wins over the file. The file is the one of `--settings` or CRUX_SETTINGS, else `crux.toml` where one stands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.setting_faults import Given, meant, told
from bot.settings_file import named_file
from resolvers.durations import Duration
from resolvers.errors import Refusal
from resolvers.sources.spec import is_web_address

MANIFOLD_URL = "https://api.manifold.markets"
FILE = "crux.toml"
LARGEST_SNOWFLAKE = 2**63 - 1
LEAST_TIMEOUT = timedelta(minutes=1)
SHORT_CHARS = 6
"""A password shorter than this is not looked for by its value: it would hide half of every line."""
OTHERS = ("CRUX_SETTINGS", "CRUX_REAL_BODIES")
"""Variables of ours that are no settings: where the settings are, and what the tests are told."""


def _no_flag(value: Any) -> Any:
    """True is no number, whatever Python says."""
    if isinstance(value, bool):
        raise ValueError(": true and false are no numbers")
    return value


Snowflake = Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=LARGEST_SNOWFLAKE)]
"""A number by which Discord knows a server, a channel or a role (developer mode, then Copy ID)."""


def _number_of(what: str, where: str) -> Any:
    """An id that only Discord can tell: no example would do, so the remedy says where it is found."""
    remedy = (
        f"in Discord switch on developer mode (settings, Advanced), then {where} and Copy ID, and write that number"
    )
    return Field(default=None, description=f"the id of {what}, a number", json_schema_extra={"remedy": remedy})


CHANNEL = ("a channel", "right-click the channel")
ROLE = ("a role", "right-click the role in the server's settings")


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Channels(_Group):
    """Where the bot speaks: cards for reviewers, notices for everyone, a copy of the record."""

    review: Snowflake | None = _number_of(*CHANNEL)
    announce: Snowflake | None = _number_of(*CHANNEL)
    audit: Snowflake | None = _number_of(*CHANNEL)


class Roles(_Group):
    """Who may do what on the server."""

    reviewer: Snowflake | None = _number_of(*ROLE)
    submitter: Snowflake | None = _number_of(*ROLE)
    admin: Snowflake | None = _number_of(*ROLE)


class DiscordSettings(_Group):
    """The bot's token and its one server; without a token there is no Discord, and all else runs.

    `keep_phrases`: whether sentences that were not understood are kept (without who said them), so that somebody can
    teach the bot to understand them.
    """

    token: SecretStr | None = Field(
        default=None,
        description="the bot's token, as text in quotation marks",
        json_schema_extra={"remedy": "copy it from the developer portal: Bot, Reset Token"},
    )
    guild: Snowflake | None = _number_of("the one server", "right-click the server")
    keep_phrases: bool = Field(default=True, description="true or false", examples=[True])
    channels: Channels = Channels()
    roles: Roles = Roles()

    @field_validator("token", mode="before")
    @classmethod
    def _can_be_sent(cls, value: Any) -> Any:
        return _sendable(value)


class AutoApply(_Group):
    """`max_mana`: the most that a plan may cost and still be applied by itself, if debate.yaml allows it too."""

    max_mana: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = Field(
        default=None, description="an amount of mana, 0 or more", examples=[500]
    )


def _every(text: str) -> Any:
    return Field(default=Duration.parse(text), description="a duration", examples=["5 minutes"])


class Every(_Group):
    """How often each job of the service runs."""

    plan: Duration = _every("1 minute")
    collect: Duration = _every("1 minute")
    judge: Duration = _every("1 minute")
    resolve: Duration = _every("1 minute")
    remind: Duration = _every("10 minutes")
    prices: Duration = _every("10 minutes")
    panels: Duration = _every("1 minute")
    backup: Duration = _every("1 hour")

    @field_validator("*")
    @classmethod
    def _some_time(cls, each: Duration) -> Duration:
        if not each:
            raise ValueError(": a job cannot run without a pause; write 1 second or more")
        return each


class ServiceSettings(_Group):
    """How `crux run` runs: its jobs, its logs, and the port of its health (none: no port is opened)."""

    port: Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=65535)] | None = Field(
        default=None, description="a port: a number from 1 to 65535", examples=[8080]
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on", examples=["127.0.0.1"])
    log: Literal["text", "json"] = Field(default="text", description="text or json", examples=["json"])
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error", examples=["info"]
    )
    auto_apply: AutoApply = AutoApply()
    every: Every = Every()
    job_timeout: Duration = Field(
        default=Duration.parse("10 minutes"), description="a duration", examples=["10 minutes"]
    )
    backups: Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=1000)] = Field(
        default=7, description="how many daily copies of the store are kept, from 0 to 1000", examples=[7]
    )

    @field_validator("job_timeout")
    @classmethod
    def _long_enough(cls, each: Duration) -> Duration:
        if each < LEAST_TIMEOUT:
            raise ValueError(": every job would be cut off before it has done anything; write 1 minute or more")
        return each


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
    """All there is to set; Refusal with every fault at once, none of which shows a secret.

    A flag on the command line wins over a variable, a variable over the file.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(
        default="", description="where the store is", examples=["sqlite:////srv/crux/crux.sqlite"]
    )
    debate: Path | None = Field(
        default=None, description="the path of the debate folder", examples=["/srv/crux/debate"]
    )
    manifold_url: str = Field(
        default=MANIFOLD_URL, description="base address of the Manifold API", examples=[MANIFOLD_URL]
    )
    manifold_key: SecretStr | None = Field(
        default=None,
        description="API key of the market account, as text in quotation marks",
        json_schema_extra={
            "remedy": "copy it from the account's settings on Manifold, or take it out: Crux only reads then"
        },
    )
    contact: str = Field(default="", description="how publishers can reach you", examples=["me@example.org"])
    discord: DiscordSettings = DiscordSettings()
    service: ServiceSettings = ServiceSettings()

    def __init__(self) -> None:
        given, faults = _given()
        try:
            super().__init__(**given.values)
        except ValidationError as error:
            faults += told(error, given, type(self))
        if faults:
            raise Refusal("\n".join([*faults, *map(does_nothing, unknown_variables())]))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `_given` has read: it knows where each value stood."""
        return (init_settings,)

    @field_validator("manifold_key", "contact", mode="before")
    @classmethod
    def _can_be_sent(cls, value: Any) -> Any:
        return _sendable(value)

    @field_validator("manifold_url")
    @classmethod
    def _on_the_web(cls, url: str) -> str:
        if not is_web_address(url):
            raise ValueError(f": {url!r} is no address of the web; write {MANIFOLD_URL}")
        return url

    def store_url(self) -> str:
        """The store's SQLAlchemy URL; makes the default data directory on first use."""
        if self.database_url:
            return self.database_url
        folder = data_directory()
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'crux.sqlite'}"

    def secrets(self) -> tuple[str, ...]:
        """Every secret there is, for those who must not let one out."""
        kept = (self.manifold_key, self.discord.token)
        told = tuple(each.get_secret_value() for each in kept if each is not None and each.get_secret_value())
        return (*told, *_password(self.database_url))


def _password(url: str) -> tuple[str, ...]:
    """The password in a database's address, as it stands there and as it is meant."""
    try:
        found = urlsplit(url).password
    except ValueError:  # no address at all, which the store tells of
        return ()
    return tuple({found, unquote(found)}) if found and len(found) >= SHORT_CHARS else ()


def _sendable(value: Any) -> Any:
    """Refuses what no HTTP header can carry; a secret is not repeated."""
    if isinstance(value, str) and not (value.isascii() and value.isprintable()):
        raise ValueError(" has characters that cannot be sent; copy it again, in plain letters, digits and marks")
    return value


def settings_file() -> Path | None:
    """The TOML file that is read; None where there is none."""
    named = named_file() or (Path(os.environ["CRUX_SETTINGS"]) if os.environ.get("CRUX_SETTINGS") else None)
    if named is not None:
        return named
    return Path(FILE) if Path(FILE).is_file() else None


def variables() -> dict[str, tuple[str, ...]]:
    """Every CRUX_ variable that a setting reads -> where it stands in the file, group by group."""
    return {_variable(place): place for place in _places(Settings)}


def unknown_variables() -> list[str]:
    """`CRUX_…` variables that no setting reads: most likely a typo, and otherwise ignored in silence."""
    known = {*variables(), *OTHERS}
    return sorted(name for name in os.environ if name.startswith("CRUX_") and name not in known)


def does_nothing(name: str) -> str:
    """What is to be said of such a variable."""
    return f"{name} is set, but no setting has that name{meant(name, variables()) or '; unset it'}"


def _variable(place: tuple[str, ...]) -> str:
    """`discord.channels.review` -> CRUX_DISCORD_REVIEW_CHANNEL; others by their place."""
    if len(place) == 3 and place[1] in ("channels", "roles"):
        place = (place[0], place[2], place[1].removesuffix("s"))
    return f"CRUX_{'_'.join(place)}".upper()


def _places(group: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in group.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _places(inner, (*before, name))
        else:
            yield (*before, name)


def _given() -> tuple[Given, list[str]]:
    """What the file and the environment say, the environment over the file, and where each value stands."""
    values, faults = _from_file()
    path = settings_file()
    given = Given(values, {}, str(path) if path else "")
    for name, place in variables().items():
        if os.environ.get(name):
            given.put(place, os.environ[name], name)
    return given, faults


def _from_file() -> tuple[dict[str, Any], list[str]]:
    import tomllib

    path = settings_file()
    if path is None:
        return {}, []
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except OSError as error:
        return {}, [f"{path}: {error.strerror}; name the settings file with --settings or CRUX_SETTINGS"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f'{path}: this is no TOML: {error}; write lines such as contact = "me@example.org"']


def defaults() -> Mapping[str, str]:
    """Every setting's name in the file -> its default as text: what the guide and the tests list."""
    found = {}
    for place in _places(Settings):
        value: Any = Settings.model_construct()
        for part in place:
            value = getattr(value, part)
        found[".".join(place)] = "" if value is None else str(value)
    return found
