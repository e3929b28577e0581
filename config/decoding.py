"""Opens compressed bodies piece by piece and stops at a cap: a bomb of a few kilobytes never reaches memory."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]  # ships no stubs

ACCEPTED: Final = "gzip, deflate, br"
"""For `Accept-Encoding`: what `decoded` opens."""

_PIECE: Final = 64 * 1024
_MOST_LAYERS: Final = 2  # "gzip, gzip" is met in the wild behind careless proxies; more is an attack


class BadEncoding(Exception):
    """The body is not what `Content-Encoding` says, ends too early or is wrapped in something we do not open."""


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def ended(self) -> bool: ...


class _Zlib:
    """gzip (several members too) and deflate, with zlib's header or, against RFC 9110, without."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._open = zlib.decompressobj(zlib.MAX_WBITS | (16 if gzip else 0))
        self._started = self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._gzip and not self._started and data and data[0] & 0x0F != zlib.DEFLATED:
            self._open = zlib.decompressobj(-zlib.MAX_WBITS)
        self._started = self._started or bool(data)
        while data and not self._over:
            if self._open.eof:  # another member of a gzip file, or rubbish after it
                self._over = not (self._gzip and data.startswith(b"\x1f"))
                self._open = self._open if self._over else zlib.decompressobj(zlib.MAX_WBITS | 16)
                continue
            piece = self._open.decompress(data, _PIECE)
            data = self._open.unconsumed_tail or self._open.unused_data
            yield piece
            while len(piece) == _PIECE and not data and not self._open.eof:
                piece = self._open.decompress(b"", _PIECE)  # what zlib still holds back
                yield piece

    @property
    def ended(self) -> bool:
        return not self._started or self._open.eof


class _Brotli:
    def __init__(self) -> None:
        self._open = brotli.Decompressor()
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        yield self._open.process(data, output_buffer_limit=_PIECE)
        while not self._open.can_accept_more_data():
            yield self._open.process(b"", output_buffer_limit=_PIECE)

    @property
    def ended(self) -> bool:
        return not self._started or self._open.is_finished()


_DECODERS: Final[dict[str, Callable[[], _Decoder]]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
}


def decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The plain body of `pieces`, which arrived under the header `Content-Encoding: encoding`.

    Every piece given out is at most 64 KiB, so that the caller can count and stop.

    Raises:
        BadEncoding: see there.
    """
    names = [name for part in encoding.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if len(names) > _MOST_LAYERS or not all(name in _DECODERS for name in names):
        msg = f"unknown Content-Encoding: {encoding[:100]}"
        raise BadEncoding(msg)
    for name in reversed(names):
        pieces = _layer(pieces, name)
    return pieces


def _layer(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    decoder = _DECODERS[name]()
    try:
        for piece in pieces:
            yield from decoder.feed(piece)
    except (zlib.error, brotli.error) as error:
        msg = f"the body is not {name}: {error}"
        raise BadEncoding(msg) from error
    if not decoder.ended:
        msg = f"the {name} body ends too early"
        raise BadEncoding(msg)
