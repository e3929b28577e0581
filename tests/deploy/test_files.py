"""What containers and systemd are told is true of this tree. No image is built here: there is no Docker engine."""

import configparser
import fnmatch
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest) of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return YAML(typ="safe").load(ROOT / "compose.yaml")


# --- The image.


def test_the_image_starts_from_a_pinned_small_base() -> None:
    assert {line.split()[0] for line in of("FROM")} == {"python:3.11-slim-bookworm"}


def test_what_is_copied_exists_and_reaches_the_builder() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!").rstrip("/") for rule in rules if rule.startswith("!")}
    sources = [word for line in of("COPY") if "--from=" not in line for word in shlex.split(line)[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.rstrip("/") in allowed, f"{source} is kept from the builder"
    assert {source.rstrip("/") for source in sources} == allowed, "the builder is given more than is copied"


def test_the_image_has_everything_the_build_reads() -> None:
    copied = {word.rstrip("/") for line in of("COPY") for word in shlex.split(line)[:-1]}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = set(re.findall(r'^"([^"]+)" = "share/', project, re.MULTILINE))
    named |= {"README.md", "LICENSE", "NOTICE", "repartie", "config", "models", "listener", "responders", "sandbox"}
    assert named
    for name in named:
        assert any(name == each or name.startswith(each + "/") for each in copied), name


def test_only_hashed_packages_are_installed() -> None:
    installs = [part for line in of("RUN") for part in line.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert "--no-index" in installs[1]
    assert all("--no-deps" in part for part in installs)


def test_it_is_nobody_and_holds_no_secret() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    [user] = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert int(user.split(":")[0]) >= 10_000
    assert last.index("\nUSER ") < last.index("\nENTRYPOINT ")
    assert not re.search(r"^(ADD|ARG)\b|TOKEN|PASSWORD|SECRET", DOCKERFILE, re.MULTILINE)
    assert "EXPOSE" not in DOCKERFILE


def test_its_commands_exist() -> None:
    [health] = [re.search(r"CMD (\[.*\])", line) for line in of("HEALTHCHECK")]
    assert health
    assert health[1] == '["python", "-m", "repartie.health"]'
    done = subprocess.run(
        [sys.executable, "-c", "import repartie.health, sys; sys.exit('repartie.cli' in sys.modules)"],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "the health check loads the whole program"
    assert of("ENTRYPOINT") == ['["repartie"]']
    assert [line for line in of("CMD") if "health" not in line] == ['["run"]']


def test_nothing_of_one_machine_reaches_the_builder(tracked: Callable[..., list[Path]]) -> None:
    hidden = ["**/__pycache__/", "**/*.db", "**/.env"]
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[-3:] == hidden
    assert not [path for path in tracked() if fnmatch.fnmatch(path.name, "*.env")]


# --- Compose.


def test_the_program_may_write_nowhere_but_its_volume(compose) -> None:
    for name in ("repartie", "upgrade"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [mount for mount in service["volumes"] if not mount.endswith(":ro")] == ["state:/var/lib/repartie"]
        assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - inside a container
        assert service["env_file"] == [".env"]
        assert not service.get("privileged")


def test_no_port_is_open(compose) -> None:
    for service in compose["services"].values():
        assert "network_mode" not in service
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:")


def test_images_are_pinned_and_secrets_are_not_written(compose) -> None:
    assert compose["services"]["database"]["image"] == "postgres:16-bookworm"
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"PASSWORD\S*:? ?\"?[^\n]*\$\{POSTGRES_PASSWORD:\?", text)) == 1
    assert "xoxb" not in text
    assert "\n.env\n" in (ROOT / ".gitignore").read_text()


def test_services_wait_for_services_that_are_there(compose) -> None:
    services = compose["services"]
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source.startswith("./") or source in compose["volumes"]
    assert services["upgrade"]["command"] == ["db", "upgrade"]
    assert services["upgrade"]["restart"] == "no"


# --- systemd.


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # systemd's names have capitals
    parser.read(ROOT / "deploy/repartie.service")
    return parser


def test_the_unit_is_shut_in(unit) -> None:
    service = unit["Service"]
    assert service["ExecStart"] == "/opt/repartie/bin/repartie run"
    assert (service["User"], service["StateDirectory"], service["ProtectSystem"]) == ("repartie", "repartie", "strict")
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"], service["UMask"]) == ("yes", "", "0077")
    assert (service["Restart"], service["KillSignal"], service["TimeoutStopSec"]) == ("on-failure", "SIGTERM", "15")
    assert service["EnvironmentFile"] == "/etc/repartie/env"
    # Wrong configuration ends with 2 (repartie/terminal.py): starting again would not help.
    assert service["RestartPreventExitStatus"] == "2"
