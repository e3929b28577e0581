"""What one feed's cursor remembers of its entries, so that only new and edited ones come out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from listener.collectors.feeds.entry import Entry
from listener.collectors.feeds.identity import digest
from listener.links import site, unwrapped
from models.post import Author, Post

KEPT: Final = 500
"""Entries remembered after they left the document: some feeds show an old entry again."""

_EDITED_AFTER: Final = timedelta(minutes=1)
_LONGEST: Final = 50_000  # characters; a transcript of three hours of radio has 200,000
_LONGEST_TITLE: Final = 1000
_LONGEST_NAME: Final = 200


class Memory:
    """Entry -> fingerprint of what it said and when it was said, as JSON in the cursor."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self._known: dict[str, list[Any]] = {str(name): list(value) for name, value in (known or {}).items()}

    def as_json(self, present: Iterable[str]) -> dict[str, list[Any]]:
        """What to keep: the `present` external ids and the KEPT latest of the others, oldest first."""
        here = {digest(name) for name in present}
        gone = [name for name in self._known if name not in here][-KEPT:]
        return {name: self._known[name] for name in (*gone, *(name for name in self._known if name in here))}

    def post(self, external_id: str, entry: Entry, place: str, now: datetime) -> Post | None:
        """The Post of `entry` if it is new or edited, else None. From now on it is known.

        An entry without a usable date was said when it was first seen, one from the future is said now; either way the
        moment stays through later edits.
        """
        name, said = digest(external_id), digest(entry.title, entry.text)
        known = self._known.get(name)
        if known and known[0] == said:
            return None
        dated = entry.published or entry.updated
        at = datetime.fromtimestamp(known[1], UTC) if known else min(dated or now, now)
        self._known[name] = [said, at.timestamp()]
        author = entry.author[:_LONGEST_NAME]
        url = unwrapped(entry.link)
        speaker = author or (site(url) if url != entry.link else "") or place  # an alert only repeats what a site says
        return Post(
            network="rss",
            external_id=external_id,
            url=url,
            title=entry.title[:_LONGEST_TITLE],
            text=entry.text[:_LONGEST],
            author=Author(handle=speaker[:_LONGEST_NAME], name=author, url=entry.author_url),
            at=at,
            edited_at=_edited_at(entry, at, now, again=known is not None),
            language=entry.language,
            place=place[:_LONGEST_NAME],
            links=tuple(unwrapped(link) for link in entry.links),
        )


def _edited_at(entry: Entry, at: datetime, now: datetime, *, again: bool) -> datetime | None:
    """When it was edited: as the feed says, and if we saw it change without a word, now."""
    updated = min(entry.updated, now) if entry.updated else None
    if updated and updated - at > _EDITED_AFTER:
        return updated
    return now if again else None
