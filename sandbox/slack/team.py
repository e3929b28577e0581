"""The invented people of the workspace, and the shape of Slack's ids."""

from dataclasses import dataclass
from typing import Any, Final

TEAM_ID: Final = "T0AEROPLOUF"
APP_ID: Final = "A0REPARTIE0"
BOT_ID: Final = "B0REPARTIE0"

JSON = dict[str, Any]
"""A payload as it crosses the wire: Slack's own shapes are the type."""


@dataclass(slots=True)
class Person:
    """Somebody of the workspace. `tone` picks the avatar's colour; `language` is what Slack calls the locale."""

    id: str
    handle: str
    name: str
    title: str
    language: str
    email: str
    tone: int
    timezone: str = "Europe/Paris"
    is_bot: bool = False

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def locale(self) -> str:
        """As `users.info` gives it with `include_locale`."""
        return {"fr": "fr-FR", "en": "en-GB"}[self.language]

    def as_slack(self, *, with_locale: bool) -> JSON:
        """The user object of `users.info` and `users.list`."""
        profile = {
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": self.handle,
            "display_name_normalized": self.handle,
            "title": self.title,
            "email": self.email,
            "team": TEAM_ID,
        }
        if self.is_bot:
            profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
        user = {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.handle,
            "real_name": self.name,
            "deleted": False,
            "tz": self.timezone,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": False,
            "is_owner": False,
            "updated": 1_790_000_000,
            "profile": profile,
        }
        return user | {"locale": self.locale} if with_locale else user


def _invented(tone: int, name: str, title: str, language: str, *, timezone: str = "Europe/Paris") -> Person:
    handle = name.split(maxsplit=1)[0].lower().replace("è", "e")
    unique = name.rsplit(maxsplit=1)[-1].upper()
    return Person(
        id=f"U0{handle.upper()[:4]}{unique[:5]}".ljust(11, "0")[:11],
        handle=handle,
        name=name,
        title=title,
        language=language,
        email=f"{handle}@aeroplouf.example",
        tone=tone,
        timezone=timezone,
    )


def invented_team() -> list[Person]:
    """Four people, new objects at each call: a test may change one."""
    return [
        _invented(1, "Camille Roux", "Community manager", "fr"),
        _invented(2, "Sacha Benali", "Community manager", "fr"),
        _invented(3, "Inès Moreau", "Responsable de marque", "fr"),
        _invented(4, "Tom Whitfield", "Customer care", "en", timezone="Europe/London"),
    ]


def the_bot() -> Person:
    """The app's own user."""
    return Person("U0REPARTIE0", "repartie", "Repartie", "", "en", "", 0, is_bot=True)
