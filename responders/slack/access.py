"""Who is in front of us: a person of our own workspace, their name and their language; nobody else may act."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from slack_sdk import WebClient

from config.i18n import LOCALES
from models.post import clean
from responders.seen import Person
from responders.slack.errors import SlackTrouble, asking

Body = Mapping[str, Any]
"""A payload as Slack sends it."""

_KEPT: Final = 3600.0
_MOST: Final = 5000


class Stranger(Exception):
    """Somebody of another workspace, a bot, or nobody: refused."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person and the language they read."""

    person: Person
    language: str


@dataclass
class Members:
    """The people of one workspace, asked from Slack once an hour each.

    `language` is for those whose own Slack speaks none of ours; `seconds` a clock that only goes forward.
    """

    client: WebClient
    language: str
    seconds: Callable[[], float] = time.monotonic
    _team: str | None = None
    _known: dict[str, tuple[float, Member]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def team(self) -> str:
        """Our workspace's id.

        Raises:
            SlackTrouble: Slack does not say.
        """
        if self._team is None:
            with asking():
                self._team = str(self.client.auth_test()["team_id"])
        return self._team

    def member(self, body: Body) -> Member:
        """Who sent this payload.

        Raises:
            Stranger: nobody who may act here.
            SlackTrouble: Slack does not say which workspace we are.
        """
        user_id, teams = sender(body)
        if user_id is None or teams != {self.team}:
            raise Stranger
        now = self.seconds()
        with self._lock:
            known = self._known.get(user_id)
        if known is None or known[0] < now:
            known = now + _KEPT, self._ask(user_id, body)
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[user_id] = known
        return known[1]

    def _ask(self, user_id: str, body: Body) -> Member:
        try:
            with asking():
                user: Body = self.client.users_info(user=user_id, include_locale=True)["user"]
        except SlackTrouble:
            # Their work goes on without the nicer name; the id is what rights hang on.
            return Member(Person(user_id, clean(_spare_name(body, user_id))), self.language)
        if user.get("is_bot") or user.get("deleted") or user.get("team_id", self.team) != self.team:
            raise Stranger
        profile: Body = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or user.get("name") or user_id
        language = str(user.get("locale") or "")[:2]
        return Member(Person(user_id, clean(str(name))), language if language in LOCALES else self.language)


def sender(body: Body) -> tuple[str | None, set[str]]:
    """The user id a payload names, and every workspace it says they are of."""
    user = body.get("user")
    if isinstance(user, Mapping):  # a click, a modal
        teams = {user.get("team_id"), (body.get("team") or {}).get("id")}
        user_id = user.get("id")
    elif "user_id" in body:  # a slash command
        teams, user_id = {body.get("team_id")}, body["user_id"]
    else:
        event: Body = body.get("event") or {}
        teams, user_id = {body.get("team_id"), event.get("user_team")}, event.get("user")
    return (user_id if isinstance(user_id, str) else None), {team for team in teams if isinstance(team, str)}


def _spare_name(body: Body, user_id: str) -> str:
    user = body.get("user")
    if isinstance(user, Mapping):
        return str(user.get("name") or user.get("username") or user_id)
    return str(body.get("user_name") or user_id)
