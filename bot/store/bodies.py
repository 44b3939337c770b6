"""The bytes a source gave, packed, under the sha256 of what it really sent."""

from __future__ import annotations

import hashlib
import zlib

import sqlalchemy as sa

from bot.store import schema
from bot.store.writing import insert_new
from resolvers.errors import Outside

MAX_BYTES = 256 * 1024 * 1024
"""Nothing larger is ever stored (a fetch stops at 64 MiB), so a packed body that swells beyond it is damaged."""


class Damaged(Outside):
    """Stored bytes are not what they were when they came; `sha256` names them."""

    def __init__(self, sha256: str, because: str) -> None:
        super().__init__(
            f"the stored bytes of body {sha256} are damaged ({because}): restore a copy of the store with "
            "`crux db restore`, then `crux verify`"
        )
        self.sha256 = sha256
        self.because = because


def put(connection: sa.Connection, raw: bytes) -> str:
    """Keep the bytes; returns their sha256. The same bytes are kept once."""
    sha256 = hashlib.sha256(raw).hexdigest()
    packed = zlib.compress(raw)
    codec, kept = ("zlib", packed) if len(packed) < len(raw) else ("raw", raw)
    insert_new(connection, schema.bodies, [{"sha256": sha256, "codec": codec, "bytes": kept}])
    return sha256


def get(connection: sa.Connection, sha256: str) -> bytes:
    """The bytes as they came, held against their sha256; Damaged where they differ or are gone."""
    table = schema.bodies
    found = connection.execute(sa.select(table.c.codec, table.c.bytes).where(table.c.sha256 == sha256)).one_or_none()
    if found is None:
        raise Damaged(sha256, "they are gone")
    return unpacked(sha256, found.codec, found.bytes)


def unpacked(sha256: str, codec: str, packed: bytes) -> bytes:
    """The bytes of a stored row as they came; Damaged where they are not those that hash to its name."""
    raw = _unpack(sha256, codec, packed)
    seen = hashlib.sha256(raw).hexdigest()
    if seen != sha256:
        raise Damaged(sha256, f"they hash to {seen}")
    return raw


def _unpack(sha256: str, codec: str, packed: bytes) -> bytes:
    if codec == "raw":
        return packed
    if codec != "zlib":
        raise Damaged(sha256, f"packed by {codec}, which this program does not know")
    try:
        return zlib.decompressobj().decompress(packed, MAX_BYTES)
    except zlib.error as error:
        raise Damaged(sha256, f"cannot be unpacked: {error}") from error
