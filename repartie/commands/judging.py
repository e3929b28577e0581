"""What the commands that judge texts share: which model, and what is said when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.i18n import mark
from config.load import examine
from config.problems import ConfigErrors
from config.schema import ModelSettings
from models.ml.classifier import ModelMissing, Reader
from models.ml.hub import ModelUnfit, Trouble
from repartie.lines import BadInput
from repartie.model import reader
from repartie.shell import WRONG_INPUT, WRONG_OUTSIDE, err, fail, read_credentials, t

SAID = {
    Trouble.NO_TORCH: mark("The model “{model}” needs PyTorch: pip install 'repartie[torch]'"),
    Trouble.NOT_FOUND: mark(
        "The model “{model}” cannot be loaded: check its name on huggingface.co and the network, or name a folder. "
        "Where HF_HUB_OFFLINE is set, nothing is fetched."
    ),
    Trouble.NO_CLASSIFIER: mark("“{model}” is no classification model: name one that was trained to judge sentiment."),
    Trouble.NOT_MAPPED: mark(
        "Say under “model: labels:” what each label of “{model}” means: negative, neutral or positive. Not said: "
        "{wrong}."
    ),
    Trouble.NO_SUCH_LABEL: mark("“{model}” has no label {wrong}; it has: {labels}. Mend “model: labels:”."),
}


def settings_of(config: Path) -> ModelSettings:
    """The model the file names; the bundled one where there is no file."""
    if not config.exists():
        return ModelSettings()
    found = examine(config)
    if found.config is None:
        fail(ConfigErrors(found.problems).render(t), WRONG_INPUT)
    return found.config.model


def reader_of(config: Path, env_file: Path) -> Reader:
    """The model as mentions are judged by it; nothing is loaded yet."""
    return reader(settings_of(config), read_credentials(env_file).database)


@contextmanager
def told() -> Iterator[None]:
    """What is wrong with the input or the model is said, and ends the command."""
    try:
        yield
    except BadInput as error:
        fail(error.render(t), WRONG_INPUT)
    except ModelUnfit as error:
        said = t(SAID[error.trouble], model=error.model, labels=", ".join(error.labels), wrong=", ".join(error.wrong))
        fail(said, WRONG_INPUT)
    except ModelMissing as error:
        fail(str(error), WRONG_OUTSIDE)
    except FileNotFoundError as error:
        fail(t("{file} is not there.", file=error.filename), WRONG_INPUT)
    except OSError as error:
        fail(f"{error.filename or '-'}: {error.strerror or error}", WRONG_OUTSIDE)


def say(message: str) -> None:
    """To the terminal, never into the output."""
    err.print(message, soft_wrap=True)
