"""Compressed bodies: opened whole, opened in pieces, refused when broken, never larger in memory than a piece."""

import gzip
import tracemalloc
import zlib

import brotli
import pytest

from config.decoding import BadEncoding, decoded

TEXT = "Aéroplouf décolle à l'heure. ".encode() * 500


def _name(value: str | bytes) -> str:
    return value if isinstance(value, str) else f"{len(value)} bytes"


def _raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()


PACKED = [
    ("", TEXT),
    ("identity", TEXT),
    ("gzip", gzip.compress(TEXT)),
    ("x-gzip", gzip.compress(TEXT)),
    ("GZIP", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
    ("gzip", gzip.compress(TEXT) + b"\0\0\0"),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", _raw_deflate(TEXT)),
    ("br", brotli.compress(TEXT)),
    ("gzip, br", brotli.compress(gzip.compress(TEXT))),
]


@pytest.mark.parametrize(("encoding", "body"), PACKED, ids=_name)
@pytest.mark.parametrize("size", [1, 7, 1_000_000])
def test_opens(encoding: str, body: bytes, size: int) -> None:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    assert b"".join(decoded(pieces, encoding)) == TEXT


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT)[:-20]),
        ("deflate", zlib.compress(TEXT)[:-20]),
        ("br", TEXT),
        ("br", brotli.compress(TEXT)[:-20]),
        ("zstd", TEXT),
        ("gzip, gzip, gzip", TEXT),
    ],
    ids=_name,
)
def test_refuses(encoding: str, body: bytes) -> None:
    with pytest.raises(BadEncoding):
        list(decoded(iter([body]), encoding))


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(40_000_000), 9)),
        ("deflate", zlib.compress(bytes(40_000_000), 9)),
        ("br", brotli.compress(bytes(40_000_000), quality=3)),
    ],
    ids=_name,
)
def test_a_bomb_comes_out_in_pieces(encoding: str, bomb: bytes) -> None:
    tracemalloc.start()
    pieces = decoded(iter([bomb]), encoding)
    sizes = [len(next(pieces)) for _ in range(5)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(sizes) <= 128 * 1024
    assert peak < 5_000_000
