"""Two messages: we no longer hear a source, and a time of it is lost to us. Drawn only; `news.py` says when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block

from config.i18n import Words, mark
from responders.slack.kit import Message, bold, context, foreign, join, moment, own, say, section

MOST: Final = 5
"""Places that are shown; `repartie sources` shows all."""
_LINE: Final = 400


def lost(source: str, places: Sequence[tuple[str, str]], t: Words) -> Message:
    """`source` is disabled. `places`: each place and why, as its collector said it: that names the mend."""
    title = say(t, mark("🔇 Repartie no longer hears {source}"), source=foreign(source))
    blocks: list[Block] = [section(bold(title))]
    for place, reason in places[:MOST]:
        blocks.append(section(join((foreign(place, _LINE), foreign(reason, _LINE)), "\n")))
    more = len(places) - MOST
    if more > 0:
        blocks.append(context(own(t.plural("and {count} other place", "and {count} other places", more))))
    command = foreign(f"repartie sources enable {source}", _LINE)
    mend = say(
        t,
        mark("Mend it, then let somebody run “{command}” where Repartie is installed. All other sources go on."),
        command=command,
    )
    blocks.append(section(mend))
    return Message(join((title, foreign(places[0][1], _LINE) if places else own("")), ": "), blocks)


def gap(source: str, start: datetime, end: datetime, reason: str, t: Words) -> Message:
    """What was said on `source` between two moments is lost to us."""
    text = say(
        t,
        mark("🕳 Nobody can say what was said on {source} from {start} to {end}: do not read it as calm"),
        source=foreign(source),
        start=moment(start),
        end=moment(end),
    )
    return Message(text, [section(text), context(foreign(reason, _LINE))])
