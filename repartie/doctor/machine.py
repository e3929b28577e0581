"""This machine: Python, time zones, room on the disk, who may read our files, the model."""

import shutil
import stat
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import available_timezones

from config.i18n import Words
from models.ml.classifier import BUNDLED, Classifier, ModelMissing
from repartie.doctor.diagnosis import Diagnosis, fine, warning, wrong
from repartie.version import version as ours

OLDEST, TOO_NEW = (3, 11), (3, 14)
LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000
"""Bytes left on the disk: a year of a busy brand takes some hundred megabytes."""
_POINTER: Final = 1024
_WEIGHTS: Final = ("model.onnx", "tokenizer.json", "config.json")
_MB: Final = 1_000_000


class Usage(Protocol):
    """What `shutil.disk_usage` tells."""

    @property
    def free(self) -> int:
        """Bytes."""


def python(t: Words, version: tuple[int, int] = sys.version_info[:2]) -> Diagnosis:
    """Whether this Python is one we run on."""
    said = t("Python {python}, Repartie {version}", python=".".join(map(str, version)), version=ours())
    if OLDEST <= version < TOO_NEW:
        return fine("Python", said)
    return wrong("Python", said, t("Install Python 3.11, 3.12 or 3.13, and Repartie with it."))


def zones(timezone: str, t: Words, known: Callable[[], Collection[str]] = available_timezones) -> Diagnosis:
    """Whether this machine knows the team's time zone."""
    if timezone in known():
        return fine(t("Time zones"), timezone)
    said = t("{zone} is unknown on this machine", zone=timezone)
    return wrong(t("Time zones"), said, t("Install the package tzdata."))


def disk(folder: Path, t: Words, usage: Callable[[Path], Usage] = shutil.disk_usage) -> Diagnosis:
    """Room where the store stands; `folder` need not exist yet."""
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = usage(there).free
    said = t("{megabytes} MB free", megabytes=t.number(free // _MB))
    if free >= LITTLE:
        return fine(t("Disk"), said)
    mend = t("Make room on the disk of {folder}.", folder=there)
    return (wrong if free < TOO_LITTLE else warning)(t("Disk"), said, mend)


def secrets(env_file: Path, t: Words) -> Diagnosis:
    """Whether others on this machine can read the tokens."""
    if not env_file.exists():
        return fine(str(env_file), t("not there: tokens come from the environment"))
    if stat.S_IMODE(env_file.stat().st_mode) & 0o077:
        return warning(str(env_file), t("others on this machine can read it"), f"chmod 600 {env_file}")
    return fine(str(env_file), t("only you can read it"))


def store_folder(folder: Path, t: Words) -> Diagnosis:
    """Whether everybody on this machine can read the store."""
    if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o007:
        said = t("everybody on this machine can read what is stored")
        return warning(t("Folder of the store"), said, f"chmod 750 {folder}")
    return fine(t("Folder of the store"), str(folder))


def weights(t: Words, folder: Path = BUNDLED, *, deep: bool = False) -> Diagnosis:
    """Whether the model is there; `deep` loads it and judges a sentence."""
    mend = t("Install Repartie again; from a clone, `git lfs pull` brings the weights.")
    missing = [name for name in _WEIGHTS if not (folder / name).is_file()]
    if missing or (folder / "model.onnx").stat().st_size < _POINTER:
        return wrong(t("Model"), t("{files} is missing", files=", ".join(missing) or "model.onnx"), mend)
    if not deep:
        return fine(t("Model"), t("the weights are there; --deep loads them"))
    try:
        Classifier(folder).probabilities(["Merci !"])
    except (ModelMissing, OSError, ValueError, RuntimeError) as error:
        return wrong(t("Model"), t("it does not load: {error}", error=error), mend)
    return fine(t("Model"), t("loaded, and judges"))
