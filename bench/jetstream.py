"""How many posts a second the stream of Bluesky is heard at, on one core: the public network has 50, 500 is asked for.

A server in another process sends 10,000 posts in one go, one in 500 of which a brand wants; the collector is the real
one, with JSON, filter and posts, and its authors come from a stand-in on the same machine.
"""

import contextlib
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from urllib.parse import parse_qs

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from config.i18n import words
from config.query import parse
from config.sources import BlueskyOptions
from listener.registry import Given, Hearer, Means, places
from tests.bluesky import Network, as_json
from tests.web import Exchange, Web

POSTS = 10_000
WANTED = 500
"""Posts a second that must be kept up with."""
ONE_IN = 500
LINE = "Encore une longue journée au bureau, vivement ce soir et le train de dix-huit heures douze pour Nantes #lundi"
QUERY = "aeroplouf OR (avion AND (retard OR annulé)) OR #aeroplouf"


def frames() -> Iterator[str]:
    """As the older dialect sends them: about 700 bytes each."""
    start = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1_000_000)
    for number in range(POSTS):
        text = f"Aéroplouf, vol {number} en retard" if number % ONE_IN == 0 else f"{LINE} {number}"
        ref = {"cid": "bafyreib" + "x" * 50, "uri": f"at://did:plc:{number:024d}/app.bsky.feed.post/3kzzzzzzzzzzz"}
        record = {
            "$type": "app.bsky.feed.post", "createdAt": "2026-11-22T12:00:00.000Z", "langs": ["fr"], "text": text,
            "reply": {"parent": ref, "root": ref},
        }  # fmt: skip
        commit = {
            "rev": "3kzzzzzzzzzzz", "operation": "create", "collection": "app.bsky.feed.post",
            "rkey": f"3k{number:011d}", "record": record, "cid": "bafyreib" + "y" * 50,
        }  # fmt: skip
        yield json.dumps(
            {"did": f"did:plc:{number:024d}", "time_us": start + number, "kind": "commit", "commit": commit}
        )


def stream(ready: Connection) -> None:
    """Send them all to whoever comes."""
    made = list(frames())

    def talk(connection: ServerConnection) -> None:
        for frame in made:
            connection.send(frame)
        with contextlib.suppress(ConnectionClosed):
            connection.recv()

    with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        ready.send(server.socket.getsockname()[1])
        server.serve_forever()


def main() -> None:
    """Print one row."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=stream, args=(there,), daemon=True)
    server.start()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    port = here.recv()
    network = Network()

    def answer(exchange: Exchange) -> None:
        path, _, query = exchange.path.partition("?")
        status, said = network.answer(path.removeprefix("/xrpc/"), {}, "", parse_qs(query))
        exchange.answer(as_json(said), status)

    with Web() as web:
        web.elsewhere = answer
        options = BlueskyOptions(
            kind="bluesky", stream="jetstream-legacy", stream_url=f"ws://127.0.0.1:{port}/subscribe",
            appview=web.url("").rstrip("/"), allow_private=True, backfill=timedelta(0),
        )  # fmt: skip
        means = Means(lambda: datetime.now(UTC), words("en"))
        [place] = places(options, means, Given("ciel", (Hearer("Aéroplouf", parse(QUERY)),)))
        found, cursor = 0, None
        began, used = time.perf_counter(), time.process_time()
        while found < POSTS // ONE_IN:
            batch = place.collector.collect(cursor)
            found, cursor = found + len(batch.posts), batch.cursor
        wall, core = time.perf_counter() - began, time.process_time() - used
        place.collector.close()
    server.kill()
    print("| posts | kept | s | posts/s | core s per 1,000 | share of a core at 500/s |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {POSTS} | {found} | {wall:.1f} | {POSTS / wall:.0f} | {core / POSTS * 1000:.3f} "
        f"| {core / POSTS * WANTED:.0%} |"
    )
    assert POSTS / core > WANTED


if __name__ == "__main__":
    main()
