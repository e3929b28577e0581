"""Two messages: an edit of the configuration was refused, and all is well again. Drawn only; `repartie` posts them."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block

from config.i18n import Words, mark
from responders.slack.kit import ELLIPSIS, Message, Mrkdwn, bold, foreign, join, own, say, section

MOST: Final = 5
"""Mistakes that are shown; the log holds all."""
_LINE: Final = 400


def refused(file: str, wrong: Sequence[tuple[str, str]], t: Words) -> Message:
    """`file` was edited and cannot be used. `wrong`: each mistake, where and what, and what to do about it."""
    title = say(
        t,
        mark("The edit of {file} was refused: Repartie goes on with the configuration of before."),
        file=foreign(file),
    )
    blocks: list[Block] = [section(bold(title))]
    for what, advice in wrong[:MOST]:
        blocks.append(section(join((foreign(what, _LINE), foreign(advice, _LINE)), "\n")))
    if len(wrong) > MOST:
        blocks.append(section(own(ELLIPSIS)))
    blocks.append(section(say(t, mark("Mend the file and save it: it is read again by itself."))))
    return Message(join((title, foreign(wrong[0][0], _LINE) if wrong else Mrkdwn(""))), blocks)


def restored(file: str, t: Words) -> Message:
    """`file` can be used again, and is."""
    text = say(t, mark("{file} is right again, and its configuration is in force."), file=foreign(file))
    return Message(text, [section(text)])
