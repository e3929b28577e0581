"""Faces for invented people, drawn from their handle and a number: the same two always give the same face."""

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

from sandbox.social.accounts import Account

_Thing = TypeVar("_Thing")

_GROUNDS: Final = ("#f6c89f", "#b9d8c2", "#c7cdf2", "#f3b8b0", "#f4dc9a", "#a9d4e0", "#dcc3e6", "#cfd9a8", "#e9c7d3")
_SKINS: Final = ("#f7d7c0", "#edbf9c", "#d79f78", "#b87a52", "#8d5a3a", "#5f3b28")
_HAIRS: Final = ("#2b211e", "#4a3123", "#7a4a2b", "#b9773a", "#d9b26a", "#8e8b8a", "#a5402f", "#1c2433")
_CLOTHES: Final = ("#22577a", "#c8553d", "#588157", "#6d597a", "#e09f3e", "#2a9d8f", "#8d99ae", "#9b2226", "#f2f2ef")
_CUTS: Final = (
    "M27 47c-3-19 6-30 23-30s26 11 23 30c-2-9-6-14-11-16-9 5-22 5-29 2-3 3-5 8-6 14z",
    "M25 78c-4-22-5-61 25-61s29 39 25 61h-9c4-14 4-29-1-40-8-1-15-4-19-8-3 6-8 9-12 10-3 11-3 25 0 38z",
    "M28 45c-2-17 7-28 22-28s24 11 22 28c-2-8-4-11-7-13H35c-3 2-5 5-7 13z",
    (
        "M26 50c-7-3-7-13-1-17-1-9 8-15 14-13 5-6 17-6 21 0 8-2 15 4 14 13 6 4 6 14-1 17 "
        "0-8-4-14-9-16-9 3-20 3-29 0-5 2-9 8-9 16z"
    ),
    "M41 16a9 9 0 1 1 18 0c11 3 16 14 13 30-2-8-7-13-12-15-8 3-16 3-22 0-4 3-8 8-10 15-3-16 2-27 13-30z",
    "M29 41c1-7 4-10 8-11h26c4 1 7 4 8 11 2-15-6-22-21-22s-23 7-21 22z",
    (
        "M24 64c-3-32 4-47 26-47 20 0 30 14 26 47-2 5-7 7-10 6 4-12 3-24-2-33-11 "
        "1-22-2-27-7-2 11-6 17-7 24-1 5 0 9 2 15-4 1-7-1-8-5z"
    ),
)
_SMILES: Final = ("M43 59q7 6 14 0", "M44 60q6 3 12 0", "M43 58q7 9 14 0z")
_GLASSES: Final = (
    '<g fill="none" stroke="#2b211e" stroke-width="1.8"><circle cx="42" cy="49" r="6"/><circle cx="58" cy="49" r="6"/>'
    '<path d="M48 48q2-1.5 4 0"/></g>'
)
_BEARD: Final = "M31 50c1 17 9 24 19 24s18-7 19-24c-3 8-8 8-12 6-3-2-11-2-14 0-4 2-9 2-12-6z"

_LOGOS: Final = {
    "aeroplouf": '<rect width="100" height="100" fill="#0f7fae"/><circle cx="72" cy="27" r="10" fill="#ffd166"/>'
    '<path d="M14 48 84 22 62 66 46 56 76 30 38 53z" fill="#fff"/><path d="M46 56 49 72 55 62z" fill="#d3ecf7"/>'
    '<path d="M0 76q12-9 25 0t25 0 25 0 25 0v24H0z" fill="#bfe6f5"/><path d="M0 86q12-8 25 0t25 0 25 0 25 0v14H0z"'
    ' fill="#fff" opacity=".75"/>',
    "voloair": '<rect width="100" height="100" fill="#e4572e"/><path d="M16 26h20l15 34 33-40-27 62H45z" fill="#fff"/>',
}


_SHORT: Final = (0, 2, 5)
_LONG: Final = (1, 3, 4, 6)
_DARK_HAIRS: Final = (_HAIRS[0], _HAIRS[1], _HAIRS[7])
_DARK_FROM: Final = 3


def avatar(account: Account) -> str:
    """A square SVG document of 100 by 100 units: the brand's sign, or a face."""
    drawn = _LOGOS.get(account.handle) if account.official else None
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{drawn or _face(account)}</svg>'


def _face(account: Account) -> str:
    dice = hashlib.sha256(f"{account.handle}{account.face or ''}".encode()).digest()

    def pick(number: int, among: Sequence[_Thing]) -> _Thing:
        return among[dice[number] % len(among)]

    tone = dice[1] % len(_SKINS)
    skin, hair = _SKINS[tone], pick(2, _DARK_HAIRS if tone >= _DARK_FROM else _HAIRS)
    cut = pick(4, {"woman": _LONG, "man": _SHORT}.get(account.figure, range(len(_CUTS))))
    bearded = account.figure == "man" and dice[5] % 3 == 0
    behind = f'<path d="M26 40h48l4 44H22z" fill="{hair}"/>' if cut == 1 else ""
    return (
        f'<rect width="100" height="100" fill="{pick(0, _GROUNDS)}"/>{behind}'
        f'<path d="M14 104c0-20 14-28 36-28s36 8 36 28z" fill="{pick(3, _CLOTHES)}"/>'
        f'<path d="M42 64h16v14q-8 8-16 0z" fill="{skin}"/><path d="M42 70q8 7 16 0v4q-8 7-16 0z" opacity=".13"/>'
        f'<ellipse cx="50" cy="48" rx="20.5" ry="24" fill="{skin}"/>'
        + (f'<path d="{_BEARD}" fill="{hair}"/>' if bearded else "")
        + f'<path d="{_CUTS[cut]}" fill="{hair}"/>'
        '<g fill="#2b211e"><circle cx="42" cy="49" r="2.1"/><circle cx="58" cy="49" r="2.1"/></g>'
        f'<path d="{pick(6, _SMILES)}" fill="none" stroke="{"#fff" if bearded else "#7a3b2e"}" '
        'stroke-width="2" stroke-linecap="round"/>' + (_GLASSES if dice[7] % 4 == 0 else "")
    )
