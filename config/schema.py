"""What the operator may say, as pydantic models. Describes only: opens nothing, knows no network's options.

Descriptions are shown by editors (`repartie.schema.json`) and in `docs/configuration.md`.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from config.base import ApiAddress, Channel, Duration, LanguageCode, Section, SlackUser, TimeZone, between, fold
from config.sources import SourceOptions

Language = Literal["fr", "en"]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1)]


class PublishMode(StrEnum):
    """`dry-run` prints what would be public; `live` publishes."""

    DRY_RUN = "dry-run"
    LIVE = "live"


class SlackChannels(Section):
    """Channels of one brand, by name with # or by id."""

    mentions: Channel = Field(description='Where its mentions are shown: "#aeroplouf-mentions", or a channel id.')
    alerts: Channel | None = Field(None, description="Where its alerts will ring. Checked already, not used yet.")
    digest: Channel | None = Field(None, description="Where its digest will be posted. Checked already, not used yet.")


class SlackSettings(Section):
    """Where Slack is."""

    api: ApiAddress = Field(
        "https://slack.com/api/", description="Address of Slack's API; another one only for a proxy or the sandbox."
    )


class RepliesSettings(Section):
    """How replies leave."""

    cancel: Annotated[Duration, between(timedelta(0), timedelta(minutes=10))] = Field(
        timedelta(seconds=15), description="How long a reply waits, and may be cancelled, before it is published."
    )


class BrandReplies(Section):
    """How one brand speaks in public."""

    signature: Text | dict[SlackUser, Text] = Field(
        default_factory=dict,
        description='Signs each reply, as in "^SB": one for all, or one for each Slack user id; no one, if absent.',
    )
    contacts: tuple[Text, ...] = Field(
        (), description="The brand's own public mail addresses and phone numbers: the only ones a reply may show."
    )
    orders: tuple[Annotated[str, Field(min_length=4, max_length=40)], ...] = Field(
        (), description="How order or booking numbers are made, # for a digit and @ for a letter: AP-######."
    )
    private: dict[Language, Text] = Field(
        default_factory=dict,
        description="What is offered instead of a reply that shows something private, by language: fr, en.",
    )


class ModelSettings(Section):
    """Which model judges."""

    name: Name | None = Field(
        None, description="A model of the Hugging Face hub, or a folder, in the place of the bundled one."
    )
    labels: dict[str, Literal["negative", "neutral", "positive"]] = Field(
        default_factory=dict, description="What each of its labels means: negative, neutral or positive."
    )
    revision: Name | None = Field(None, description="Which version of a model of the hub: a tag or a commit.")


class AttentionRule(Section):
    """One rule of what is shown to the team; the first one that holds decides."""

    when: Text | None = Field(
        None, description="When the rule holds, in the language of docs/rules.md; always, if absent: the last rule."
    )
    do: Literal["card", "store"] = Field(
        description="card shows the mention in the brand's channel; store keeps it for the figures and rings nobody."
    )


class Competitor(Section):
    """A brand to compare with; nothing compares yet."""

    name: Name = Field(description="Its name.")
    query: Text = Field(description="Which posts speak of it, in the keyword language.")


class Brand(Section):
    """One brand we watch."""

    name: Name = Field(description="Its name, as people read it in Slack.")
    query: Text = Field(description="Which posts speak of it, in the keyword language.")
    accounts: dict[str, Text] = Field(
        default_factory=dict,
        description="Our own account on each network: never a mention, never answered, and the one that answers.",
    )
    competitors: tuple[Competitor, ...] = Field(
        (), description="Brands to compare with. Checked already, not used yet."
    )
    sources: tuple[str, ...] = Field(min_length=1, description="Names of the sources to listen to.")
    slack: SlackChannels | None = Field(None, description="Its channels in Slack.")
    replies: BrandReplies = Field(BrandReplies(), description="How it speaks in public.")
    known_risks: tuple[Name, ...] = Field(
        (),
        description="Words that raise the risk of a mention, beside the usual ones; a final * takes any ending.",
    )
    starter_risks: bool = Field(
        default=True, description="Whether the lists that come with Repartie count too: accident, threat, lawsuit..."
    )
    publishers: tuple[SlackUser, ...] = Field(
        (), description="Slack user ids of the people who may publish for this brand; nobody by default."
    )


class Config(Section):
    """The whole file."""

    language: Language = Field("en", description="Language of the interface: fr or en.")
    timezone: TimeZone = Field("Europe/Paris", description="Time zone of the team, as a place.")
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1)] = Field(
        ("fr", "en", "de", "es", "it", "pt"),
        description="Languages that posts may be in; what a network does not say is sought among them alone.",
    )
    brands: tuple[Brand, ...] = Field(min_length=1, description="The brands we watch.")
    sources: dict[str, SourceOptions] = Field(description="The places we listen to, each under a name you choose.")
    model: ModelSettings = Field(ModelSettings(), description="Which model judges, if not the bundled one.")
    attention: tuple[AttentionRule, ...] = Field(
        (), description="Which mentions are shown: rules, the first that holds decides; every recent one, if absent."
    )
    slack: SlackSettings = Field(SlackSettings(), description="How Slack is reached, if not as usual.")
    replies: RepliesSettings = Field(RepliesSettings(), description="How replies are published.")
    publish: dict[str, PublishMode] = Field(
        default_factory=dict,
        description="Brand -> live or dry-run. A brand that is not named here publishes nothing.",
    )

    keep_candidates: Annotated[Duration, between(timedelta(0), timedelta(days=30))] = Field(
        timedelta(days=30),
        description="How long posts that matched no query are kept to try new queries on; 0d keeps none.",
    )

    def brand(self, name: str) -> Brand:
        """The brand of that name.

        Raises:
            KeyError: the file names no such brand.
        """
        for brand in self.brands:
            if brand.name == name:
                return brand
        raise KeyError(name)

    def is_live(self, brand: str) -> bool:
        """Whether replies of `brand` are really published; nothing is until the file says so.

        `publish: {aeroplouf: live}` speaks of Aéroplouf: capitals and accents make no difference.
        """
        modes = {mode for name, mode in self.publish.items() if fold(name) == fold(brand)}
        return modes == {PublishMode.LIVE}
