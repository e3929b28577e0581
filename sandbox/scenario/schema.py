"""What a scenario may say. One YAML file; an unknown key, name or reference is refused when it is loaded."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.social.network import MAX_LENGTH

_FOLDER: Final = Path(__file__).parent

Name = Annotated[str, Field(pattern=r"^\w{1,30}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class WrongScenario(Exception):
    """The file is missing or says something it may not; the text names where."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(_Section):
    """One account."""

    handle: Name
    name: str
    followers: int = Field(ge=0)
    language: Literal["fr", "en"]
    bio: str = ""
    official: bool = False
    figure: Literal["woman", "man", ""] = ""
    face: int = Field(default=0, ge=0)


class BlogAbout(_Section):
    """One blog."""

    name: Slug
    title: str
    tagline: str
    language: Literal["fr", "en"]


class ArticleText(_Section):
    """One article; its author is who does the step."""

    blog: Slug
    slug: Slug
    title: str
    paragraphs: tuple[str, ...] = Field(min_length=1)


class Answered(_Section):
    """What the author says when a brand answers: `polite` to a civil answer, `otherwise` to any other."""

    polite: str = Field(max_length=MAX_LENGTH)
    otherwise: str | None = Field(default=None, max_length=MAX_LENGTH)
    after: float = Field(default=6, ge=0)


class Step(_Section):
    """Somebody does one thing: says something (perhaps in reply), reposts, or publishes an article.

    `id` names the post for later steps. `likes` come with it in history, and within half a minute when live. `picture`
    is one of the drawings in `sandbox/social/static/pictures`. `once`: not to be said again in the calm afterwards.
    `closed`: the conversation takes no answers, as its author wished.
    """

    by: Name
    say: str | None = Field(default=None, max_length=MAX_LENGTH)
    repost: Name | None = None
    article: ArticleText | None = None
    id: Name | None = None
    reply_to: Name | None = None
    likes: int = Field(default=0, ge=0)
    picture: Literal["dawn", "coast", "queue", "porto", ""] = ""
    once: bool = False
    closed: bool = False
    when_answered: Answered | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(thing is not None for thing in (self.say, self.repost, self.article)) != 1:
            raise ValueError("a step has exactly one of say, repost, article")
        return self


class PastStep(Step):
    """A step of a day gone by, at that hour."""

    at: Clock


class LiveStep(Step):
    """A step `after` seconds from the one before."""

    after: float = Field(ge=0)


class Day(_Section):
    """A calm day that is over: there from the start, or arriving in the first seconds."""

    days_ago: int = Field(ge=1)
    arrives: Literal["at_start", "fast_forward"] = "at_start"
    posts: tuple[PastStep, ...]


class Afterwards(_Section):
    """The calm that never ends: seconds between two posts, drawn between the two."""

    every: tuple[float, float]


class Scenario(_Section):
    """The whole file."""

    version: Literal[1]
    name: str
    fast_forward: float = Field(default=8, gt=0)
    people: tuple[Person, ...] = Field(min_length=1)
    blogs: tuple[BlogAbout, ...] = ()
    history: tuple[Day, ...] = ()
    live: tuple[LiveStep, ...] = ()
    afterwards: Afterwards | None = None

    @model_validator(mode="after")
    def _everything_named_is_there(self) -> Self:
        people = {person.handle for person in self.people}
        blogs = {blog.name for blog in self.blogs}
        known: set[str] = set()
        steps: list[Step] = [step for day in self.history for step in day.posts]
        for step in [*steps, *self.live]:
            if step.by not in people:
                raise ValueError(f"nobody is called {step.by}")  # noqa: EM102 - pydantic wants a ValueError with the text
            for post in (step.reply_to, step.repost):
                if post is not None and post not in known:
                    raise ValueError(f"no earlier post has the id {post}")  # noqa: EM102 - the same
            if step.article is not None and step.article.blog not in blogs:
                raise ValueError(f"no blog is called {step.article.blog}")  # noqa: EM102 - the same
            if step.id is not None:
                if step.id in known:
                    raise ValueError(f"two posts have the id {step.id}")  # noqa: EM102 - the same
                known.add(step.id)
        return self


def load(name: str) -> Scenario:
    """The scenario of that name beside this file, or at that path.

    Raises:
        WrongScenario: it is not there, is not YAML, or says something it may not.
    """
    path = _FOLDER / f"{name}.yaml" if name.isidentifier() else Path(name)
    try:
        with path.open(encoding="utf-8") as file:
            return Scenario.model_validate(YAML(typ="safe", pure=True).load(file))
    except (OSError, YAMLError, ValidationError) as error:
        raise WrongScenario(f"{path.name}: {error}") from error  # noqa: EM102 - one place, one text
