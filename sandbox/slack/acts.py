"""What people do on the page, and what the app's acknowledgement does to it."""

import re

from sandbox.i18n import words
from sandbox.slack import payloads
from sandbox.slack.checking import check_message, check_view
from sandbox.slack.messages import Channel
from sandbox.slack.payloads import Typed
from sandbox.slack.rules import Refused
from sandbox.slack.sockets import NoApp, NotAcked
from sandbox.slack.team import JSON, Person
from sandbox.slack.workspace import Workspace


class Acts:
    """The deeds of one person on one page (`client`).

    What the app must acknowledge raises `NoApp` or `NotAcked`; what cannot be done raises `Refused`.
    """

    def __init__(self, workspace: Workspace, person: Person, client: str) -> None:
        self._workspace = workspace
        self._person = person
        self._client = client
        self._t = words(person.language)

    async def press(self, place: JSON, block_id: str, action_id: str, raw: object, typed: Typed) -> None:
        """Uses an element. `place` is {"channel", "ts"} or {"view"}; `raw` what it now holds."""
        if "view" in place:
            view = self._workspace.views.find(place["view"])
            blocks, where = view["blocks"], payloads.on_view(view, typed)
        else:
            channel = self._workspace.channel(place["channel"])
            message = channel.find(place["ts"])
            if message is None:
                raise Refused("message_not_found")
            blocks = message.blocks
            where = payloads.on_message(self._workspace, self._person, channel, message, typed)
        element = payloads.element_at(blocks, block_id, action_id)
        if element is None:
            raise Refused("not_found")
        action = payloads.chosen(element, raw) | {"block_id": block_id, "action_id": action_id}
        trigger = self._workspace.views.trigger(self._person.id, self._client)
        payload = payloads.block_actions(self._workspace, self._person, trigger, action, where)
        await self._workspace.sockets.deliver("interactive", payload)

    async def submit(self, view_id: str, typed: Typed) -> dict[str, str]:
        """Submits a modal; returns what is wrong by block_id, nothing where it was taken."""
        view = self._workspace.views.find(view_id)
        if wrong := self._incomplete(view["blocks"], typed):
            return wrong
        payload = payloads.of_view(self._workspace, self._person, "view_submission", view, typed)
        payload["trigger_id"] = self._workspace.views.trigger(self._person.id, self._client)
        payload["response_urls"] = []
        answer = await self._workspace.sockets.deliver("interactive", payload)
        return self._answered(view, answer)

    def _answered(self, view: JSON, answer: JSON) -> dict[str, str]:
        views = self._workspace.views
        match answer.get("response_action"):
            case "errors":
                known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
                errors: dict[str, str] = {str(block): str(said) for block, said in (answer.get("errors") or {}).items()}
                if not errors or not set(errors) <= known:
                    raise Refused("invalid_arguments")
                return errors
            case "update":
                check_view(answer.get("view"), "modal")
                views.replace(view, answer["view"])
            case "push":
                check_view(answer.get("view"), "modal")
                views.stack_on(self._client, answer["view"])
            case "clear":
                views.close(self._client, everything=True)
            case None:
                views.close(self._client)
            case _:
                raise Refused("invalid_arguments")
        return {}

    def _incomplete(self, blocks: list[JSON], typed: Typed) -> dict[str, str]:
        wrong = {}
        for block in blocks:
            if block["type"] != "input":
                continue
            element = block["element"]
            raw = typed.get(block["block_id"], {}).get(element["action_id"], payloads.initially(element))
            least, most = element.get("min_length") or 0, element.get("max_length") or 3000
            if not raw and not block.get("optional"):
                wrong[block["block_id"]] = self._t("Please complete this required field.")
            elif isinstance(raw, str) and raw and element["type"] == "plain_text_input":
                if len(raw) < least:
                    wrong[block["block_id"]] = self._t.plural(
                        "At least {count} character, please.", "At least {count} characters, please.", least
                    )
                elif len(raw) > most:
                    wrong[block["block_id"]] = self._t.plural(
                        "At most {count} character, please.", "At most {count} characters, please.", most
                    )
        return wrong

    async def close(self, view_id: str, typed: Typed) -> None:
        """Closes the modal on top, and those below where it clears the stack; tells the app where it asked to know."""
        view = self._workspace.views.find(view_id)
        clears = bool(view["clear_on_close"])
        for gone in self._workspace.views.close(self._client, everything=clears):
            if gone["notify_on_close"]:
                payload = payloads.of_view(self._workspace, self._person, "view_closed", gone, typed)
                await self._workspace.sockets.deliver("interactive", payload | {"is_cleared": clears})

    def open_home(self) -> None:
        """Opens the app's Home tab."""
        if "app_home_opened" not in self._workspace.events:
            return
        home = self._workspace.views.home(self._person.id)
        channel = self._workspace.channel(self._person.id)
        opened = {
            "type": "app_home_opened",
            "user": self._person.id,
            "channel": channel.id,
            "tab": "home",
            "event_ts": self._workspace.stamp(),
        }
        self._send(opened | ({"view": home} if home else {}))

    async def say(self, channel: Channel, text: str, thread_ts: str | None) -> None:
        """Writes in a channel or a thread; a text that begins with / is a command."""
        if text.startswith("/"):
            await self._command(channel, *[*text.split(maxsplit=1), ""][:2])
            return
        written = self._mentioning(text)
        message = self._workspace.say(channel, self._person.id, written, thread_ts=thread_ts)
        channel.read[self._person.id] = message.ts
        said = message.as_slack([]) | {"channel": channel.id, "event_ts": message.ts}
        kind = "im" if channel.im_with else "channel"
        if f"<@{self._workspace.bot.id}>" in written and "app_mention" in self._workspace.events:
            self._send(said | {"type": "app_mention"})
        if f"message.{kind}{'' if channel.im_with else 's'}" in self._workspace.events:
            self._send(said | {"channel_type": kind})

    def _mentioning(self, text: str) -> str:
        """What the composer sends: special characters escaped, @names turned into mentions."""
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for person in self._workspace.people.values():
            names = "|".join(re.escape(name) for name in (person.name, person.handle))
            escaped = re.sub(rf"(?<!\w)@(?:{names})(?!\w)", f"<@{person.id}>", escaped, flags=re.IGNORECASE)
        return escaped

    async def _command(self, channel: Channel, command: str, text: str) -> None:
        if command not in self._workspace.commands:
            self._whisper(channel, self._t("{command} is not a valid command.", command=command))
            return
        payload = payloads.slash_command(self._workspace, self._person, channel, command, text)
        payload["trigger_id"] = self._workspace.views.trigger(self._person.id, self._client)
        try:
            answer = await self._workspace.sockets.deliver("slash_commands", payload)
            if not (answer.get("text") or answer.get("blocks")):
                return
            check_message(str(answer.get("text") or ""), answer.get("blocks"), None)
        except (NoApp, NotAcked, Refused) as failure:
            error = {NoApp: "dispatch_failed", NotAcked: "operation_timeout"}.get(
                type(failure), "invalid_command_response"
            )
            self._whisper(channel, self._t("{command} failed with the error “{error}”", command=command, error=error))
            return
        self._workspace.say(
            channel,
            self._workspace.bot.id,
            str(answer.get("text") or ""),
            blocks=answer.get("blocks"),
            only_for=None if answer.get("response_type") == "in_channel" else self._person.id,
        )

    def _whisper(self, channel: Channel, text: str) -> None:
        """Slack's own words, to this person alone."""
        self._workspace.say(channel, "", text, only_for=self._person.id)

    def _send(self, inner: JSON) -> None:
        self._workspace.sockets.send_event(payloads.event(self._workspace, inner))
