"""Lets a library that is built on requests speak through our guarded client: one door out, whoever asks."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

_OURS: Final = frozenset({"accept-encoding", "connection", "content-length", "host"})
"""Headers that our client writes by itself."""
_UNDONE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that are no longer true of a body which our client has opened."""


class Carrier(BaseAdapter):
    """Carries requests' requests. Redirects are not followed, and nothing is tried twice.

    `look` is shown every answer before the library is, and may raise; headers that it wants kept from the library it
    names in what it returns.
    """

    def __init__(self, client: httpx.Client, look: Callable[[httpx.Response], frozenset[str]]) -> None:
        super().__init__()
        self._client, self._look = client, look

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - requests' own signature
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,  # noqa: ARG002 - our client has its own
        verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002 - our client always does
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002 - requests' own signature
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - they would resolve names out of our sight
    ) -> requests.Response:
        """The answer, whole and unpacked.

        Raises:
            httpx.RequestError: no answer, or none that could be taken.
        """
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
        answer = self._client.request(
            request.method or "GET", request.url or "", headers=headers, content=request.body, follow_redirects=False
        )
        hidden = self._look(answer) | _UNDONE
        found = requests.Response()
        found.status_code = answer.status_code
        found.headers = CaseInsensitiveDict(
            {name: value for name, value in answer.headers.items() if name.lower() not in hidden}
        )
        found.raw = BytesIO(answer.content)
        found.url = request.url or ""
        found.request = request
        found.encoding = "utf-8"
        return found

    def close(self) -> None:
        """Nothing of ours: the client is somebody else's."""


def carried(client: httpx.Client, look: Callable[[httpx.Response], frozenset[str]]) -> requests.Session:
    """A session that has no other way out than `client`; reads nothing of the environment."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Carrier(client, look))
    return session
