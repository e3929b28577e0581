"""Addresses of pages: one way to write each, so that copies of one link are seen to be one."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

_TRACKING: Final = re.compile(
    r"utm_\w+|at_(?:medium|campaign|custom\d|variant|format|creation|send_date|recipient_list)|mtm_\w+|pk_\w+|xtor|"
    r"fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|ns_\w+|cmpid|ocid|rss|spm|wt_mc|ref_src",
    re.IGNORECASE,
)
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_WRAPPED: Final = ("url", "q", "u")
_TWIN_HOST: Final = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_AMP_CACHE: Final = re.compile(r"(?:[^/]+\.)?cdn\.ampproject\.org")
_AMP_CACHED: Final = re.compile(r"/(?:c|v|a|i|wp)/(?:s/)?([^/]+)(/.*)?")
_AMP_PATH: Final = re.compile(r"/amp(?:/|$)|\.amp(?=\.html?$|$)")
_AMP_QUERY: Final = frozenset({("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp"), ("m", "1")})
_FRONT: Final = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|accueil)(?:\.\w+)?)?", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"[^/?=-]+(?:[-_][^/?=_-]+){3,}|\d{5,}|/(?:19|20)\d\d/\d\d?/|[?&]v=[\w-]{6,}")


def canonical(address: str) -> str:
    """One way to write the address of one page: https, lower-case host, no tracking, no usual port.

    `http://Blog.Example:80/a?utm_source=rss#xtor=RSS-1` -> `https://blog.example/a`. "" for what is no web address.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _USUAL_PORTS or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".")
    door = f":{port}" if port and port != _USUAL_PORTS[parts.scheme.lower()] else ""
    query = _without_tracking(parts.query)
    fragment = "" if _tracks(parts.fragment) else parts.fragment
    return SplitResult("https", host + door, parts.path or "/", query, fragment).geturl()


def unwrapped(address: str) -> str:
    """The page behind an alert service's counting link (`/url?...&url=https://...`), else `address` itself."""
    try:
        parts = urlsplit(address)
        named = dict(parse_qsl(parts.query))
    except ValueError:
        return address
    if parts.path == "/url":
        return next(
            (named[name] for name in _WRAPPED if named.get(name, "").startswith(("http://", "https://"))), address
        )
    return address


def page(address: str) -> str:
    """What the page behind `address` is called whatever the road to it: no scheme, no www, no mobile or AMP twin.

    `https://m.blog.example/a/amp?utm_source=x#top` -> `blog.example/a`. Coarser than `canonical`: good to say that two
    people link the same page, too coarse to name an entry. "" for what is no web address or a site's front page.
    """
    whole = canonical(unwrapped(address))
    if not whole:
        return ""
    parts = urlsplit(whole)
    host, path = parts.netloc, parts.path
    if _AMP_CACHE.fullmatch(host) and (cached := _AMP_CACHED.fullmatch(path)):
        host, path = cached[1].lower(), cached[2] or "/"
    host = _TWIN_HOST.sub("", host, count=1)
    path = _AMP_PATH.sub("", path).rstrip("/") or "/"
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _asks_for_a_twin(*pair)]
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return "" if _FRONT.fullmatch(path) and not query else f"{host}{path}{query}"


def site(address: str) -> str:
    """The site of a page: its host without www, mobile or AMP twin. "" for what is no web address."""
    whole = canonical(unwrapped(address))
    return _TWIN_HOST.sub("", urlsplit(whole).netloc, count=1) if whole else ""


def is_article(page: str) -> bool:
    """Whether `page` (as `page()` writes it) looks like one piece of news, and not like a form or a help page."""
    return bool(_ARTICLE.search(page.partition("/")[2] if "/" in page else ""))


def _asks_for_a_twin(name: str, value: str) -> bool:
    return (name.lower(), value.lower()) in _AMP_QUERY


def _without_tracking(query: str) -> str:
    if not any(_TRACKING.match(part.partition("=")[0]) for part in query.split("&")):
        return query  # as it is written: some servers care about order and escapes
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(name)]
    return urlencode(kept)


def _tracks(fragment: str) -> bool:
    return bool(_TRACKING.match(fragment)) and "=" in fragment
