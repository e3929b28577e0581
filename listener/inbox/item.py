"""What may be brought to the door: the JSON document, and the posts it means."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from listener.html import one_line, read_html
from listener.links import canonical
from models.post import MOST_ID, MOST_LINE, MOST_TEXT, Author, Engagement, Post

MOST_ITEMS: Final = 100
"""Posts of one document."""

Line = Annotated[str, Field(max_length=MOST_LINE)]
Id = Annotated[str, Field(min_length=1, max_length=MOST_ID)]
Network = Annotated[str, Field(min_length=1, max_length=50)]
Address = Annotated[str, Field(max_length=MOST_LINE, pattern=r"^https?://[^\s]+$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Speaker(_Part):
    """Who said it."""

    handle: Annotated[Line, Field(min_length=1, description="How the network names them.")]
    name: Line = Field("", description="How they name themselves.")
    url: Address | None = Field(None, description="Their page.")
    followers: Count | None = Field(None, description="How many follow them; leave it out where it is unknown.")


class Numbers(_Part):
    """What others did with it; leave out what is unknown."""

    likes: Count | None = None
    replies: Count | None = None
    reposts: Count | None = None
    views: Count | None = None


class Item(_Part):
    """One post, comment or review."""

    network: Network | None = Field(
        None, description="Where it was said: one of the source's networks; may be left out where it has one."
    )
    external_id: Id | None = Field(
        None, description="Its id there, the same each time it is brought; its address, if absent."
    )
    url: Address | None = Field(None, description="The page where people see it.")
    title: Line = Field("", description="Its title, if it has one.")
    text: Annotated[str, Field(max_length=MOST_TEXT)] = Field("", description="What it says, without markup.")
    html: Annotated[str, Field(max_length=4 * MOST_TEXT)] = Field("", description="What it says, as HTML, instead.")
    author: Speaker = Field(description="Who said it.")
    at: AwareDatetime | None = Field(
        None, description="When it was said, with its time zone: 2026-11-22T09:30:00+01:00; when it came, if absent."
    )
    edited_at: AwareDatetime | None = Field(None, description="When it was changed last.")
    language: Annotated[str, Field(max_length=35)] | None = Field(None, description="Its language, as in fr or en-GB.")
    place: Line = Field("", description="Where on the network, in words: a page, a shop, an app.")
    parent_id: Id | None = Field(None, description="The id of what it answers.")
    engagement: Numbers = Field(Numbers(), description="What others did with it.")

    @model_validator(mode="after")
    def _says_something(self) -> "Item":
        if not (self.text or self.html or self.title):
            raise PydanticCustomError("nothing_said", "text, html or title is missing")
        if not (self.external_id or self.url):
            raise PydanticCustomError("no_name", "external_id or url is missing")
        return self

    def post(self, network: str, now: datetime) -> Post:
        """The post it means; one from the future is said now."""
        reading = read_html(self.html) if self.html and not self.text else None
        return Post(
            network=network,
            external_id=self.external_id or canonical(self.url or "") or self.url or "",
            url=self.url or "",
            title=one_line(self.title),
            text=reading.text if reading else self.text,
            author=Author(
                handle=self.author.handle,
                name=self.author.name,
                url=self.author.url or "",
                followers=self.author.followers,
            ),
            at=min(self.at or now, now),
            edited_at=min(self.edited_at, now) if self.edited_at else None,
            language=self.language,
            place=self.place,
            parent_id=self.parent_id,
            links=reading.links if reading else (),
            engagement=Engagement(**self.engagement.model_dump()),
        )


class Gone(_Part):
    """One that its network no longer shows."""

    network: Network | None = Field(None, description="Where it was said; may be left out where the source has one.")
    external_id: Id = Field(description="Its id there.")


class Document(_Part):
    """What one request brings."""

    posts: Annotated[Sequence[Item], Field(max_length=MOST_ITEMS)] = Field((), description="New or changed posts.")
    deleted: Annotated[Sequence[Gone], Field(max_length=MOST_ITEMS)] = Field(
        (), description="Posts that were taken back: their text and author are forgotten for ever."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_alone(cls, said: object) -> object:
        """One post may stand alone: the simplest tools send nothing else."""
        if isinstance(said, dict) and said and not {"posts", "deleted"} & said.keys():
            return {"posts": [said]}
        return said

    @model_validator(mode="after")
    def _holds_something(self) -> "Document":
        if not self.posts and not self.deleted:
            raise PydanticCustomError("empty", "posts is missing")
        return self


class Parcel(_Part):
    """What waits on disk for one network."""

    posts: tuple[Post, ...] = ()
    deleted: tuple[Id, ...] = ()


def schema() -> dict[str, Any]:
    """The document as JSON Schema (draft 2020-12): `docs/networks/webhook.schema.json` is this."""
    whole = Document.model_json_schema()
    definitions = whole.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a webhook of Repartie takes",
        "anyOf": [{"$ref": "#/$defs/Item"}, {"$ref": "#/$defs/Document"}],
        "$defs": {**definitions, "Document": whole},
    }
