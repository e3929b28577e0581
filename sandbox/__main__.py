"""`python -m sandbox`: the practice ground on loopback, until its stdin closes or a signal ends it."""

import argparse
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence

from sandbox.app import Seat, build
from sandbox.i18n import LOCALES
from sandbox.scenario.player import Player, accounts_of, blogs_of
from sandbox.scenario.schema import WrongScenario, load
from sandbox.server import Server, address, bind
from sandbox.slack import Workspace, routes
from sandbox.social.blogs import Blogs
from sandbox.social.faults import Faults
from sandbox.social.live import Live
from sandbox.social.network import Network

BRAND = "aeroplouf"
"""The account the desk answers as."""


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--language", choices=sorted(LOCALES), default="en", help="of the pages, until a visitor chooses"
    )
    parser.add_argument("--scenario", default="default", help="a name, or the path of a YAML file")
    parser.add_argument("--speed", type=float, default=1.0, help="2.0 plays twice as fast")
    parser.add_argument("--seed", type=int, default=1, help="fixes everything that is drawn")
    return parser.parse_args(given)


def _wait_for_the_parent_to_go() -> None:
    while os.read(sys.stdin.fileno(), 4_096):
        pass


def main(given: Sequence[str] | None = None) -> int:
    """Serve until told to stop. 2: the arguments or the scenario are wrong, or the port is taken."""
    arguments = _arguments(given)
    try:
        scenario = load(arguments.scenario)
        place = bind(arguments.port)
    except (WrongScenario, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    network, blogs = Network(accounts_of(scenario)), Blogs(blogs_of(scenario))
    bot_token, app_token = (f"{kind}-sandbox-{secrets.token_hex(12)}" for kind in ("xoxb", "xapp"))
    base, live = address(place), Live(network)
    workspace = Workspace(bot_token=bot_token, app_token=app_token)
    player = Player(scenario, network, blogs, speed=arguments.speed, seed=arguments.seed)
    said = {
        "address": base,
        "slack_api": f"{base}api/",
        "network": f"{base}network/api/v1/",
        "feeds": [
            f"{base}blogs/{blog.name}/{feed}"
            for blog, feed in zip(blogs.all(), ("feed.xml", "feed.atom"), strict=False)
        ],
        "team": [person.id for person in workspace.team()],
        "bot_token": bot_token,
        "app_token": app_token,
        "network_token": network.accounts.grant(BRAND),
    }

    def ready() -> None:
        player.start()
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    app = build(
        routes(workspace),
        network,
        blogs,
        faults=Faults(seed=arguments.seed),
        live=live,
        language=arguments.language,
        seats=[Seat(one.name, one.title, f"/desk?as={one.id}") for one in workspace.team()],
        secret_paths=("/hooks/",),  # a response_url is a secret in itself
    )
    server = Server(app, ready)

    def stop(*_: object) -> None:
        player.stop()
        live.close()
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):  # set even where they were inherited as ignored
        signal.signal(number, stop)

    def watch() -> None:
        _wait_for_the_parent_to_go()
        stop()

    threading.Thread(target=watch, name="stdin", daemon=True).start()
    with place:
        server.run([place])
    return 0


if __name__ == "__main__":
    sys.exit(main())
