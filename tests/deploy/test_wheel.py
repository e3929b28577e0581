"""The wheel is the whole program: built from what is tracked, installed elsewhere, run far from the clone."""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"repartie", "config", "models", "listener", "responders", "sandbox"}
SECONDS = 60

WORK = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from typer.testing import CliRunner
import repartie.cli
from models.ml.classifier import Classifier
from models.ml.judge import Ask, ModelJudge
from models.ml.language import LanguageReader
from models.post import Author, Post

def repartie_(*words):
    done = CliRunner().invoke(repartie.cli.app, words)
    assert done.exit_code == 0, (words, done.output)
    return done.stdout

example = sys.argv[1]
assert "_metadata" in json.loads(repartie_("slack", "manifest"))
assert "is right" in repartie_("check", "--offline", "--config", example)
assert "From revision empty" in repartie_("db", "upgrade")
assert "up to date" in repartie_("db", "status")
repartie_("backup", "one.zip", "--config", example)
repartie_("restore", "one.zip")
assert Path("repartie.yaml").read_bytes() == Path(example).read_bytes()
post = Post(network="x", external_id="1", text="Trois heures d'attente et personne ne répond. Honteux.",
            author=Author(handle="lea"), at=datetime.now(UTC))
[verdict] = ModelJudge(Classifier(), LanguageReader()).judge([Ask(post)])
print(verdict.language, verdict.label.value, repartie.cli.__file__)
"""


@dataclass(frozen=True)
class Installed:
    """Where the wheel was installed, and an empty folder to stand in."""

    folder: Path
    here: Path

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder.parent / "home"),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(  # noqa: S603 - what was just installed
            [self.folder / "bin" / words[0], *words[1:]],
            cwd=self.here,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def built(tracked: Callable[..., list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    clone = tmp_path_factory.mktemp("clone")
    for path in tracked():
        copy = clone / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    dist = tmp_path_factory.mktemp("dist")
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, clone],
        env={**os.environ, "PYTHONWARNINGS": "default"},
        check=True,
        timeout=SECONDS,
        capture_output=True,
    )
    return dist


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [file] = built.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """An environment of its own; what Repartie depends on comes from the one that runs the tests, Repartie does not."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=SECONDS)  # noqa: S603 - our own interpreter
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    pip.append("--disable-pip-version-check")
    subprocess.run([*pip, wheel], check=True, timeout=SECONDS)  # noqa: S603 - pip, our wheel
    site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    # A folder named in a .pth file is searched, but the .pth files in it are not read: no editable Repartie.
    (site / "dependencies.pth").write_text("".join(f"{sysconfig.get_path(name)}\n" for name in ("purelib", "platlib")))
    before = snapshot(folder)
    found = Installed(folder, tmp_path_factory.mktemp("elsewhere"))
    yield found
    assert snapshot(folder) == before, "the program writes where it is installed"
    assert not (folder.parent / "home").exists(), "it writes into HOME, as onnxruntime's telemetry does"


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


def test_the_wheel_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())
    [information] = {name.split("/")[0] for name in names if name.endswith(".dist-info/METADATA")}
    shared = information.replace(".dist-info", ".data")
    assert {name.split("/")[0] for name in names} == {*ROOMS, information, shared}
    assert archive.getinfo("models/ml/weights/model.onnx").file_size > 10_000_000
    assert names >= {
        "config/locale/fr/packaging.po",
        "config/repartie.schema.json",
        "models/migrations/env.py",
        "models/migrations/script.py.mako",
        "models/migrations/versions/0001_the_first_tables.py",
        "models/ml/weights/MODEL_CARD.md",
        "sandbox/scenario/default.yaml",
        "sandbox/slack_rules.yaml",
        "sandbox/locale/fr/social.po",
        "sandbox/social/templates/base.html",
        "sandbox/social/static/square.css",
        f"{shared}/data/share/repartie/repartie.example.yaml",
        f"{shared}/data/share/repartie/repartie.service",
        f"{information}/licenses/LICENSE",
        f"{information}/licenses/NOTICE",
    }
    assert not [name for name in names if re.search(r"__pycache__|\.db|(^|/)\.|(^|/)tests?/|\.env", name)]


def test_every_tracked_file_of_a_room_is_in_it(wheel: Path, tracked: Callable[..., list[Path]]) -> None:
    wanted = {path.relative_to(ROOT).as_posix() for path in tracked(*ROOMS)}
    wanted = {name for name in wanted if not name.startswith("models/ml/training/")}  # of use in a clone only
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_source_archive_holds_the_tests_and_no_secret(built: Path) -> None:
    [file] = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {"pyproject.toml", "requirements.lock", "tests/deploy/test_wheel.py", "LICENSE", "docs/cli.md"}
    assert not [name for name in names if re.search(r"(^|/)\.env$|\.db$|__pycache__", name)]


def test_it_runs_from_an_empty_folder(installed: Installed) -> None:
    assert "demo" in installed.run("repartie", "--help")


def test_it_does_its_work_there(installed: Installed) -> None:
    """Manifest, check, migration, backup, restore and one judgement, in one process: each start takes seconds."""
    example = installed.folder / "share/repartie/repartie.example.yaml"
    language, label, module = installed.run("python", "-c", WORK, str(example)).splitlines()[-1].split(maxsplit=2)
    assert (language, label) == ("fr", "negative")
    assert module.startswith(str(installed.folder))


def test_its_practice_ground_opens(installed: Installed) -> None:
    demo = subprocess.Popen(  # noqa: S603 - what was just installed
        [installed.folder / "bin/repartie", "demo", "--language", "en"],
        cwd=installed.here,
        env=installed.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+\S*", demo.stdout.readline())
        assert address
        page = httpx.get(address[0], follow_redirects=True)
        assert page.status_code == httpx.codes.OK
        assert "Aéroplouf" in page.text
        demo.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert demo.wait(15) == 0
        assert time.monotonic() - began < 12
    finally:
        demo.kill()
        demo.wait()
        demo.stdout.close()
