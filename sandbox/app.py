"""The practice ground as one app on one port: a start page, the desk, the square, the blogs."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from sandbox.guard import Guard
from sandbox.social.api import SquareApi
from sandbox.social.blogs import Blogs
from sandbox.social.faults import Faults
from sandbox.social.live import Live
from sandbox.social.network import Network
from sandbox.social.pages import Pages, Seat

__all__ = ["Seat", "build"]


def build(  # noqa: PLR0913 - the composition root takes what it composes, by name
    workspace_routes: Sequence[BaseRoute],
    network: Network,
    blogs: Blogs,
    *,
    faults: Faults | None = None,
    live: Live | None = None,
    language: str = "en",
    seats: Sequence[Seat] = (),
    secret_paths: Sequence[str] = (),
) -> ASGIApp:
    """The whole app behind its guard.

    `workspace_routes` are the desk's, `seats` who may sit there; `secret_paths` the prefixes of its addresses that a
    tool may POST to without a token, since they are unguessable themselves. `live` may be given so that its owner can
    close it.
    """
    pages = Pages(network, blogs, live or Live(network), language, seats)
    routes = [*SquareApi(network, faults or Faults()).routes(), *pages.routes(), *workspace_routes]
    return Guard(Starlette(routes=routes), secret_paths)
