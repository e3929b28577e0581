"""Lets a library that is built on requests speak through our guarded client: one door out, whoever asks."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    import requests

_OURS: Final = frozenset({"accept-encoding", "connection", "content-length", "host"})
"""Headers that our client writes by itself."""
_UNDONE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that are no longer true of a body which our client has opened."""

Look = Callable[[httpx.Response], frozenset[str]]
"""Is shown every answer before the library is, and may raise; gives the headers that the library is not to see."""


def carried(client: httpx.Client, look: Look) -> "requests.Session":
    """A session that has no other way out than `client`; reads nothing of the environment.

    Redirects are not followed, and nothing is tried twice. What `client` raises (`httpx.RequestError`), it raises.
    """
    # Only here: urllib3 tries IPv6 by a socket when it is imported.
    import requests  # noqa: PLC0415 - see above
    from requests.adapters import BaseAdapter  # noqa: PLC0415 - see above

    class Carrier(BaseAdapter):
        """Carries requests' requests."""

        def send(  # noqa: PLR0913, PLR0917 - requests' own signature
            self,
            request: requests.PreparedRequest,
            stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - requests' own signature
            timeout: float | tuple[float | None, float | None] | None = None,  # noqa: ARG002 - our client has its own
            verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002 - our client always does
            cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002 - requests' own signature
            proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - they would resolve names out of our sight
        ) -> requests.Response:
            """The answer, whole and unpacked."""
            answer = _asked(client, request)
            return _told(answer, request, look(answer) | _UNDONE)

        def close(self) -> None:
            """Nothing of ours: the client is somebody else's."""

    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Carrier())
    return session


def _asked(client: httpx.Client, request: "requests.PreparedRequest") -> httpx.Response:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _OURS]
    return client.request(
        request.method or "GET",
        request.url or "",
        headers=[(name, value if isinstance(value, str) else value.decode("latin-1")) for name, value in headers],
        content=request.body if isinstance(request.body, str | bytes) else None,  # nobody streams through here
        follow_redirects=False,
    )


def _told(answer: httpx.Response, request: "requests.PreparedRequest", hidden: frozenset[str]) -> "requests.Response":
    import requests  # noqa: PLC0415 - as above

    found = requests.Response()
    found.status_code = answer.status_code
    found.headers.update({name: value for name, value in answer.headers.items() if name.lower() not in hidden})
    found.raw = BytesIO(answer.content)
    found.url = request.url or ""
    found.request = request
    found.encoding = "utf-8"
    return found
