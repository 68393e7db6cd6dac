"""Records as bytes and back, for what is kept between runs or given to another process (msgspec's door)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_ENCODER = msgspec.msgpack.Encoder()


def pack(value: Any) -> bytes:
    """A dataclass of plain values as MessagePack; `unpack` with its type gives an equal one."""
    return _ENCODER.encode(value)


def unpack(data: bytes, kind: type[T]) -> T:
    """What was packed. Raises `ValueError` if it is not of this type."""
    try:
        found: T = _decoder(kind).decode(data)  # type: ignore[arg-type]
    except msgspec.MsgspecError as error:
        raise ValueError(f"this is no {kind.__name__}") from error
    return found


def unpack_kept(data: bytes | None, kind: type[T]) -> T | None:
    """What a cache gave; None if it gave nothing, or something that is not of this type."""
    if data is None:
        return None
    try:
        return unpack(data, kind)
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _decoder(kind: type[Any]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)
