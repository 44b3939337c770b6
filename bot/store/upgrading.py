"""The schema's history: which migration a store is at, and bringing it to the newest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

import migrations
from bot.store.copying import copy_to
from bot.store.engine import make_engine, sqlite_path, told, url_of
from bot.store.schema import HEAD
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(migrations.__file__).parent


def known_revisions() -> tuple[str, ...]:
    """Every migration this program brings, oldest first; file names begin with their number."""
    return tuple(sorted(path.name.split("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*_*.py")))


def revision_of(engine: sa.Engine) -> str | None:
    """The migration a database is at; None where it is empty. A file that is no store of Crux is refused."""
    name = engine.url.database or str(engine.url)
    try:
        with engine.execution_options(sqlite_begin="DEFERRED").begin() as connection:
            tables = set(sa.inspect(connection).get_table_names())
            if "alembic_version" not in tables:
                if tables:
                    raise Refusal(f"{name} is a database of something else; choose another with CRUX_DATABASE_URL")
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except sa.exc.DatabaseError as error:
        if isinstance(error, sa.exc.OperationalError):
            with told():
                raise
        raise Refusal(f"{name} is no database of Crux ({error.orig}); choose another, or restore a copy") from error


def require_head(found: str | None, name: str) -> None:
    """Refusal unless the store is exactly at the newest schema this program knows."""
    if found == HEAD:
        return
    if found is None:
        raise Refusal(f"{name} is empty; run `crux db upgrade` to make the tables")
    if found not in known_revisions():
        raise Refusal(
            f"{name} has schema {found}, newer than {HEAD}, the newest this program knows: "
            "update Crux, or restore the copy made before the upgrade with `crux db restore`"
        )
    raise Refusal(f"{name} has schema {found}, this program needs {HEAD}: run `crux db upgrade`, which copies it first")


def alembic_config(url: str) -> Config:
    """Alembic, run from wherever the package is installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url_of(url).replace("%", "%%"))
    return config


def upgrade(url: str | Path, revision: str = "head", *, now: datetime | None = None) -> Path | None:
    """Bring the store to `revision`, making a copy first if there is something in it; returns the copy's path.

    A newer schema than this program knows is refused and nothing touched.
    """
    from alembic import command

    address = url_of(url)
    saved = _copy_before(address, now or datetime.now(UTC))
    command.upgrade(alembic_config(address), revision)
    return saved


def _copy_before(address: str, now: datetime) -> Path | None:
    path = sqlite_path(address)
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        return None
    engine = make_engine(address)
    try:
        found = revision_of(engine)
    finally:
        engine.dispose()
    if found is not None and found not in known_revisions():
        require_head(found, str(path or address))
    if path is None or found is None or found == HEAD:
        return None
    target = path.with_name(f"{path.name}.before-{HEAD}.{now:%Y%m%dT%H%M%SZ}")
    copy_to(path, target)
    return target
