"""Checks blocks and views against the shapes of `slack_rules.yaml`, and words each refusal as Slack does."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from sandbox.slack.rules import Refused, rules
from sandbox.slack.team import JSON

Shape = dict[str, Any]


class _Check:
    """Walks one payload and gathers what is wrong, each with its json-pointer."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[str] = []
        self.characters = 0

    def say(self, problem: str, at: str, **values: object) -> None:
        text = rules()["messages"][problem].format(**values)
        self.problems.append(f"{text} [json-pointer:{at}]")

    # A field's `is` names the method that checks it.

    def value(self, value: object, shape: Shape, at: str) -> None:
        _KINDS[shape["is"]](self, value, shape, at)

    def string(self, value: object, shape: Shape, at: str) -> None:
        if not isinstance(value, str):
            self.say("not_string", at)
        elif len(value) > shape.get("max", len(value)):
            self.say("too_long", at, above=shape["max"] + 1)
        elif len(value) < shape.get("min", 0):
            self.say("too_short", at, below=shape["min"] - 1)

    def boolean(self, value: object, _shape: Shape, at: str) -> None:
        if not isinstance(value, bool):
            self.say("not_boolean", at)

    def integer(self, value: object, shape: Shape, at: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            self.say("not_number", at)
        elif value > shape["max"]:
            self.say("too_high", at, max=shape["max"])
        elif value < shape["min"]:
            self.say("too_low", at, min=shape["min"])

    def enum(self, value: object, shape: Shape, at: str) -> None:
        if value not in shape["of"]:
            self.say("not_enum", at)

    def text(self, value: object, shape: Shape, at: str) -> None:
        kinds = ("plain_text",) if shape["is"] == "plain_text" else ("plain_text", "mrkdwn")
        if not isinstance(value, dict):
            self.say("not_object", at)
        elif value.get("type") not in kinds:
            self.say("unsupported", f"{at}/type", type=value.get("type"))
        else:
            limits = {name: shape[name] for name in ("max", "min") if name in shape}
            own = rules()["elements"][value["type"]]["fields"]
            self.fields(value, own | {"text": {"is": "string", "required": True} | limits}, at)
            self.characters += len(value.get("text") or "")

    def items(self, value: object, shape: Shape, at: str) -> None:
        if not isinstance(value, list):
            self.say("not_array", at)
            return
        if len(value) > shape.get("max", len(value)):
            self.say("too_many", at, max=shape["max"])
        if len(value) < shape.get("min", 0):
            self.say("too_few", at, min=shape["min"])
        for number, item in enumerate(value):
            self.value(item, shape["of"], f"{at}/{number}")

    def element(self, value: object, shape: Shape, at: str) -> None:
        if not isinstance(value, dict):
            self.say("not_object", at)
        elif value.get("type") not in shape["of"]:
            self.say("unsupported", f"{at}/type", type=value.get("type"))
        elif value["type"] in ("mrkdwn", "plain_text"):
            self.text(value, {"is": "text", "max": 3000, "min": 1}, at)
        else:
            self.shaped(value, rules()["elements"][value["type"]], at)
            self.choice_stands(value, at)

    def named(self, value: object, shape: Shape, at: str) -> None:
        if isinstance(value, dict):
            self.shaped(value, rules()["objects"][shape["of"]], at)
        else:
            self.say("not_object", at)

    def rich(self, value: object, _shape: Shape, at: str) -> None:
        kinds = rules()["rich_text"]
        if not isinstance(value, dict):
            self.say("not_object", at)
        elif value.get("type") in kinds["parts"]:
            for number, inner in enumerate(value.get("elements") or ()):
                self.rich(inner, {}, f"{at}/elements/{number}")
        elif value.get("type") in kinds["leaves"]:
            self.characters += len(value.get("text") or "")
        else:
            self.say("unsupported", f"{at}/type", type=value.get("type"))

    def shaped(self, value: JSON, shape: Shape, at: str, *, also: Shape | None = None) -> None:
        if "either" in shape and not any(value.get(name) for name in shape["either"]):
            self.say("one_of", at, names="` or `".join(shape["either"]))
        self.fields(value, shape["fields"] | (also or {}), at)

    def fields(self, value: JSON, fields: Shape, at: str) -> None:
        for name, shape in fields.items():
            if value.get(name) is not None:
                self.value(value[name], shape, f"{at}/{name}")
            elif shape.get("required"):
                self.say("missing", at, name=name)
        for name in value:
            if name != "type" and name not in fields:
                self.say("additional", at, name=name)

    def choice_stands(self, value: JSON, at: str) -> None:
        chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
        known = [option["value"] for option in options_of(value)]
        for option in chosen:
            if isinstance(option, dict) and option.get("value") not in known:
                self.say("not_an_option", at)

    def blocks(self, blocks: object, most: int, at: str) -> None:
        if not isinstance(blocks, list):
            self.say("not_array", at)
            return
        if len(blocks) > most:
            self.say("too_many", at, max=most)
        seen: set[str] = set()
        for number, block in enumerate(blocks):
            here = f"{at}/{number}"
            kind = rules()["blocks"].get(block.get("type")) if isinstance(block, dict) else None
            if kind is None or self.surface not in kind["on"]:
                self.say("unsupported", f"{here}/type", type=block.get("type") if isinstance(block, dict) else block)
                continue
            self.shaped(block, kind, here, also=rules()["every_block"])
            if block.get("block_id") and block["block_id"] in seen:
                self.say("same_block_id", f"{here}/block_id")
            seen.add(block.get("block_id") or "")
            actions = [element.get("action_id") for element in elements_of(block) if element.get("action_id")]
            if len(actions) != len(set(actions)):
                self.say("same_action_id", here)
            if block["type"] == "markdown":
                self.characters += len(block.get("text") or "")


_KINDS: Final[dict[str, Callable[[_Check, object, Shape, str], None]]] = {
    "string": _Check.string,
    "bool": _Check.boolean,
    "int": _Check.integer,
    "enum": _Check.enum,
    "text": _Check.text,
    "plain_text": _Check.text,
    "list": _Check.items,
    "element": _Check.element,
    "object": _Check.named,
    "rich": _Check.rich,
}


def elements_of(block: JSON) -> Iterator[JSON]:
    """The interactive elements of a block: of its `elements`, its `accessory`, its `element`."""
    for place in (block.get("elements"), [block.get("accessory")], [block.get("element")]):
        if isinstance(place, list):
            yield from (element for element in place if isinstance(element, dict))


def options_of(element: JSON) -> list[JSON]:
    """Every option of a menu, its groups' too."""
    groups = [element, *(element.get("option_groups") or ())]
    found = [option for group in groups if isinstance(group, dict) for option in group.get("options") or ()]
    return [option for option in found if isinstance(option, dict) and "value" in option]


def check_message(text: str, blocks: object, metadata: object) -> None:
    """Refuses what `chat.postMessage` would.

    Raises:
        Refused: with Slack's error string and its messages.
    """
    limits = rules()["message"]
    if len(text) > limits["text"]["max"]:
        raise Refused(limits["text"]["error"])
    if not text and not blocks:
        raise Refused(limits["nothing"]["error"])
    if metadata is not None and not (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused(limits["metadata"]["error"])
    check = _Check("message")
    check.blocks(blocks or [], limits["blocks"]["max"], "/blocks")
    if check.problems:
        raise Refused(limits["blocks"]["error"], check.problems)
    if check.characters > limits["total"]["max"]:
        raise Refused(limits["total"]["error"])


def check_view(view: object, *types: str) -> None:
    """Refuses what `views.open` (types: modal) or `views.publish` (types: home) would.

    Raises:
        Refused: with Slack's error string and its messages.
    """
    limits = rules()["view"]
    check = _Check(str(view.get("type")) if isinstance(view, dict) else "")
    if not isinstance(view, dict):
        check.say("not_object", "/view")
    elif view.get("type") not in types:
        check.say("unsupported", "/view/type", type=view.get("type"))
    else:
        if len(json.dumps(view).encode()) > limits["bytes"]["max"]:
            raise Refused(limits["bytes"]["error"])
        given = {name: value for name, value in view.items() if name != "blocks"}
        check.fields(given, limits[view["type"]]["fields"], "/view")
        if "blocks" not in view:
            check.say("missing", "/view", name="blocks")
        else:
            check.blocks(view["blocks"], limits["blocks"]["max"], "/view/blocks")
            asks = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"] or ())
            if view["type"] == "modal" and asks and not view.get("submit"):
                check.say("missing", "/view", name="submit")
    if check.problems:
        raise Refused(limits["blocks"]["error"], check.problems)
