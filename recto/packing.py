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


def unpack(data: bytes | None, kind: type[T]) -> T | None:
    """What was packed; None if there is nothing, or it is not of this type."""
    if data is None:
        return None
    try:
        found: T = _decoder(kind).decode(data)  # type: ignore[arg-type]
    except msgspec.MsgspecError:
        return None
    return found


@lru_cache(maxsize=16)
def _decoder(kind: type[Any]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)
