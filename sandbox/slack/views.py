"""Modals and Home tabs: which stand open, on whose page, and what opened them."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.slack.checking import check_view
from sandbox.slack.rules import Refused, rules
from sandbox.slack.team import APP_ID, BOT_ID, JSON, TEAM_ID

if TYPE_CHECKING:
    from sandbox.slack.workspace import Workspace


@dataclass(slots=True)
class Trigger:
    """What an interaction hands the app so that it may open one view, once and soon."""

    user: str
    client: str
    until: float
    used: bool = False


class Views:
    """The open views of one workspace. A modal stands on one page (`client`), a Home tab belongs to one person."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self._stacks: dict[str, list[JSON]] = {}
        self._homes: dict[str, JSON] = {}

    def trigger(self, user: str, client: str) -> str:
        """A new trigger_id for what `user` just did on `client`."""
        number = f"{self._workspace.number()}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[number] = Trigger(user, client, self._workspace.now() + rules()["times"]["trigger"]["is"])
        return number

    def _exchanged(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if self._workspace.now() > trigger.until:
            raise Refused("expired_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        trigger.used = True
        return trigger

    # What the app calls

    def open(self, trigger_id: str, given: JSON) -> JSON:
        """views.open: the first view of a new stack.

        Raises:
            Refused: the trigger or the view is not good.
        """
        check_view(given, "modal")
        self._check_external(given)
        trigger = self._exchanged(trigger_id)
        view = self._made(given)
        self._stacks[trigger.client] = [view]
        self._redraw(trigger.client)
        return view

    def push(self, trigger_id: str, given: JSON) -> JSON:
        """views.push: one more view on the stack that is open.

        Raises:
            Refused: the trigger or the view is not good, nothing is open, or three stand already.
        """
        check_view(given, "modal")
        self._check_external(given)
        trigger = self._exchanged(trigger_id)
        return self.stack_on(trigger.client, given)

    def update(self, view_id: str, external_id: str, hash_: str, given: JSON) -> JSON:
        """views.update: another content for a view that is open.

        Raises:
            Refused: not_found, hash_conflict, or the view is not good.
        """
        view = self.find(view_id, external_id)
        check_view(given, str(view["type"]))
        self._check_hash(view, hash_)
        self.replace(view, given)
        return view

    def publish(self, user: str, given: JSON, hash_: str) -> JSON:
        """views.publish: the Home tab of one person.

        Raises:
            Refused: hash_conflict, user_not_found, or the view is not good.
        """
        if user not in self._workspace.people:
            raise Refused("user_not_found")
        check_view(given, "home")
        if old := self._homes.get(user):
            self._check_hash(old, hash_)
            self._fill(old, given)
        else:
            self._homes[user] = self._made(given)
        self._workspace.screens.tell({"type": "home"}, to=user)
        return self._homes[user]

    # What the page and the acknowledgements do

    def home(self, user: str) -> JSON | None:
        """The Home tab the app published for `user`."""
        return self._homes.get(user)

    def stack(self, client: str) -> list[JSON]:
        """The modals open on a page, the lowest first."""
        return self._stacks.get(client, [])

    def find(self, view_id: str, external_id: str = "") -> JSON:
        """An open view.

        Raises:
            Refused: not_found.
        """
        for view in (*(view for stack in self._stacks.values() for view in stack), *self._homes.values()):
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
        raise Refused("not_found")

    def stack_on(self, client: str, given: JSON) -> JSON:
        """Puts a view on top of those open on a page.

        Raises:
            Refused: not_found where none is open; push_limit_reached.
        """
        stack = self._stacks.get(client)
        if not stack:
            raise Refused("not_found")
        depth = rules()["view"]["depth"]
        if len(stack) >= depth["max"]:
            raise Refused(depth["error"])
        view = self._made(given) | {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        stack.append(view)
        self._redraw(client)
        return view

    def replace(self, view: JSON, given: JSON) -> None:
        """Gives an open view another content; what people typed stays where the ids stay."""
        self._fill(view, given)
        for client, stack in self._stacks.items():
            if view in stack:
                self._redraw(client)
        if view["type"] == "home":
            self._workspace.screens.tell({"type": "home"})

    def close(self, client: str, *, everything: bool = False) -> list[JSON]:
        """Takes the top view of a page away, or all of them. Returns those taken away, the top first."""
        stack = self._stacks.get(client, [])
        gone = stack[::-1] if everything else stack[-1:]
        del stack[len(stack) - len(gone) :]
        self._redraw(client)
        return gone

    def _redraw(self, client: str) -> None:
        self._workspace.screens.tell({"type": "views"}, client=client)

    def _check_external(self, given: JSON) -> None:
        if not given.get("external_id"):
            return
        try:
            self.find("", given["external_id"])
        except Refused:
            return
        raise Refused("duplicate_external_id")

    def _check_hash(self, view: JSON, hash_: str) -> None:
        if hash_ and hash_ != view["hash"]:
            raise Refused("hash_conflict")

    def _made(self, given: JSON) -> JSON:
        view_id = f"V0{self._workspace.number():09d}"
        view: JSON = {
            "id": view_id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "app_installed_team_id": TEAM_ID,
            "root_view_id": view_id,
            "previous_view_id": None,
        }
        self._fill(view, given)
        return view

    def _fill(self, view: JSON, given: JSON) -> None:
        view |= {
            "type": given["type"],
            "title": given.get("title"),
            "submit": given.get("submit"),
            "close": given.get("close"),
            "callback_id": given.get("callback_id") or "",
            "external_id": given.get("external_id") or "",
            "private_metadata": given.get("private_metadata") or "",
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "blocks": self._workspace.identified(given["blocks"]),
            "state": {"values": {}},
            "hash": f"{int(self._workspace.now())}.{secrets.token_hex(4)}",
        }
