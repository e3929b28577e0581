"""What every handler gets: the desk it works at, and what somebody asked of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from slack_bolt import Respond
from slack_sdk import WebClient
from slack_sdk.models.views import View

from config.i18n import Words, words
from config.schema import Config
from models.database import Database
from models.store import deliveries
from responders.moderation import Moderation
from responders.replies import Answering
from responders.seen import MentionSeen, Person
from responders.slack import state
from responders.slack.access import Body, Member, Members
from responders.slack.errors import asking
from responders.slack.mention import view as mention_view
from responders.wording import explain_answer

_Kind = TypeVar("_Kind", state.OfMention, state.OfReply, state.OfAct, state.Draft)
Answer = Mapping[str, Any]
"""What a submitted modal is told: `response_action` and its parts; empty closes it."""


class Board(Protocol):
    """Whoever draws the cards."""

    def hurry(self, mention_id: int) -> None:
        """Redraw the card of this mention before all others: somebody is looking at it."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything handlers work with."""

    config: Config
    database: Database
    answering: Answering
    moderation: Moderation
    clock: Callable[[], datetime]
    members: Members
    board: Board

    @property
    def t(self) -> Words:
        """The words of everybody's surfaces: channels, strangers."""
        return words(self.config.language)

    def first_time(self, key: str) -> bool:
        """Whether this delivery was never handled."""
        with self.database.write() as session:
            return deliveries.first_time(session, key, self.clock())

    def was_handled(self, key: str) -> bool:
        """Whether this delivery was handled before."""
        with self.database.read() as session:
            return deliveries.known(session, key)

    def forget(self, key: str) -> None:
        """Handling it failed; the same may come again."""
        with self.database.write() as session:
            deliveries.forget(session, key)

    def publishes_for(self, brand: str, person: Person) -> bool:
        """Whether `person` is among the publishers of `brand`; the use case asks again."""
        return any(person.id in known.publishers for known in self.config.brands if known.name == brand)


@dataclass(frozen=True)
class Asked:
    """One click, command or submission of one person, in their own language."""

    desk: Desk
    body: Body
    client: WebClient
    respond: Respond
    member: Member

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.member.person

    @cached_property
    def t(self) -> Words:
        """The words of the one who asks."""
        return words(self.member.language)

    @property
    def view(self) -> Body:
        """The modal or Home tab the person is in; empty in a channel."""
        found: Body = self.body.get("view") or {}
        return found

    @property
    def in_modal(self) -> bool:
        """Whether the person is in a modal."""
        return bool(self.view.get("type") == "modal")

    def carried(self, kind: type[_Kind]) -> _Kind:
        """What the pressed button, the chosen option or else the modal carries.

        Raises:
            UnknownState: nothing of ours, or of another version.
        """
        for action in self.body.get("actions") or ():
            return state.read(kind, (action.get("selected_option") or action).get("value"))
        return state.read(kind, self.view.get("private_metadata"))

    def modal_carries(self, kind: type[_Kind]) -> _Kind:
        """What the modal around the pressed button carries.

        Raises:
            UnknownState: nothing of ours, or of another version.
        """
        return state.read(kind, self.view.get("private_metadata"))

    def entered(self, block_id: str, action_id: str) -> str:
        """What was typed or chosen in an input of the submitted modal; empty if nothing."""
        values: Body = (self.view.get("state") or {}).get("values") or {}
        found: Body = (values.get(block_id) or {}).get(action_id) or {}
        chosen: Body = found.get("selected_option") or {}
        return str(found.get("value") or chosen.get("value") or "")

    def has(self, block_id: str) -> bool:
        """Whether the submitted modal has that input."""
        return block_id in ((self.view.get("state") or {}).get("values") or {})

    def open(self, view: View) -> str:
        """Show a modal, in the place of the one the person is in; gives its id.

        Raises:
            SlackTrouble: Slack does not open it.
        """
        if self.in_modal:
            return self.replace(str(self.view["id"]), view)
        with asking():
            return str(self.client.views_open(trigger_id=str(self.body["trigger_id"]), view=view)["view"]["id"])

    def replace(self, view_id: str, view: View) -> str:
        """Draw another view into an open modal.

        Raises:
            ViewGone: the person closed it.
            SlackTrouble: Slack does not draw it.
        """
        with asking():
            return str(self.client.views_update(view_id=view_id, view=view)["view"]["id"])

    def whisper(self, text: str) -> None:
        """Tell this person alone, where they clicked. `text` is markup."""
        self.respond(text=text, response_type="ephemeral", replace_original=False, unfurl_links=False)

    def redraw(self, mention_id: int) -> None:
        """Draw the mention anew where this person sees it: first its card, and the modal if they are in its copy."""
        self.desk.board.hurry(mention_id)
        if self.in_modal and self.body.get("type") == "block_actions":
            self.replace(str(self.view["id"]), self.card(mention_id))

    def card(self, mention_id: int) -> View:
        """The mention's card as a modal.

        Raises:
            NotFound: it is gone.
        """
        seen = self.desk.moderation.see(mention_id)
        return mention_view.modal(seen, self.t, problem=problem_of(seen, self.t))


def problem_of(seen: MentionSeen, t: Words) -> str:
    """What stands in the way of the mention's answer, in a sentence; empty if nothing."""
    return explain_answer(seen.answer, seen.brand, t) if seen.answer else ""
