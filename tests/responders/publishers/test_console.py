"""The console twin says everything and publishes nothing."""

import io
from datetime import UTC, datetime

import httpx
import pytest
from rich.console import Console

from models.errors import Refused
from responders.publisher import PostRef, Publisher
from responders.publishers.console import ConsolePublisher
from responders.publishers.sandbox import SandboxPublisher

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
REF = PostRef("sandbox", "square://x/1", "http://square.example/1", "lea", {"id": "1"})


@pytest.fixture
def printed() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def twin(printed: io.StringIO) -> Publisher:
    def closed(request: httpx.Request) -> httpx.Response:
        msg = f"the twin called {request.url}"
        raise AssertionError(msg)

    real = SandboxPublisher("http://square.example/", "@aeroplouf", httpx.Client(transport=httpx.MockTransport(closed)))
    return ConsolePublisher(real, Console(file=printed, width=40), label="à blanc", clock=lambda: NOW)


def test_it_previews_like_the_real_one_and_prints(twin: Publisher, printed: io.StringIO):
    text = "Bonjour Léa,\nvotre dossier avance, [bold]promis[/bold], et cette ligne est longue."
    receipt = twin.publish(twin.preview(text, REF), "key-7")
    assert (twin.network, twin.account, twin.dry_run) == ("sandbox", "@aeroplouf", True)
    assert printed.getvalue() == (
        "à blanc sandbox · @aeroplouf -> lea http://square.example/1\n"
        "  | Bonjour Léa,\n"
        "  | votre dossier avance, [bold]promis[/bold], et cette ligne est longue.\n"
    )
    assert (receipt.external_id, receipt.url, receipt.at) == ("dry-run:key-7", "", NOW)


def test_it_refuses_what_the_real_one_would(twin: Publisher, printed: io.StringIO):
    with pytest.raises(Refused, match="empty"):
        twin.publish(twin.preview("  ", REF), "key")
    assert printed.getvalue() == ""


def test_nothing_it_prints_can_steer_the_terminal(twin: Publisher, printed: io.StringIO):
    twin.publish(twin.preview("rouge \x1b[31m et \x9b2J puis \x07", REF), "key")
    assert not {"\x1b", "\x9b", "\x07"} & set(printed.getvalue())
    assert "rouge" in printed.getvalue()
