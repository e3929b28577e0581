"""One app on one loopback port: for `python -m sandbox`, and in a thread for tests."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"


def bind(port: int = 0) -> socket.socket:
    """A listening place on this machine only; 0 takes a free port.

    Raises:
        OSError: the port is taken.
    """
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((LOOPBACK, port))
    except OSError:
        place.close()
        raise
    return place


def address(place: socket.socket) -> str:
    """The base address, with its slash."""
    return f"http://{LOOPBACK}:{place.getsockname()[1]}/"


class Server(uvicorn.Server):
    """uvicorn that says when it is ready, and leaves signals to whoever started it."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None] = lambda: None) -> None:
        # websockets-sansio: the other websocket backend warns of its own end.
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: see `sandbox.__main__`."""
        yield

    def stop(self) -> None:
        """Ask it to end; connections still open are cut after a second."""
        self.should_exit = True


@contextlib.contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` in a thread while the block runs; gives the base address."""
    ready = threading.Event()
    with bind(port) as place:
        server = Server(app, ready.set)
        thread = threading.Thread(target=server.run, args=([place],), name="sandbox", daemon=True)
        thread.start()
        if not ready.wait(10):
            msg = "the sandbox did not start"
            raise RuntimeError(msg)
        try:
            yield address(place)
        finally:
            server.stop()
            thread.join(5)
