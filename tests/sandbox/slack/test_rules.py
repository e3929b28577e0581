"""Every limit of slack_rules.yaml, broken once: the refusal must be Slack's."""

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack.checking import check_message, check_view
from sandbox.slack.rules import PATH, Refused, rules

RULES = rules()
JSON = dict[str, Any]


def said(problem: str, **values: object) -> str:
    return RULES["messages"][problem].format(**values)


def text(length: int, kind: str = "plain_text") -> JSON:
    return {"type": kind, "text": "x" * length}


def example(shape: JSON) -> object:
    """The least that a list's or a field's shape takes."""
    match shape["is"]:
        case "text" | "plain_text":
            return text(1)
        case "object":
            return RULES["objects"][shape["of"]]["example"]
        case "element":
            return RULES["elements"][shape["of"][0]]["example"]
        case "enum":
            return shape["of"][0]
    return "x"


def beyond(name: str, shape: JSON) -> Iterator[tuple[str, object, str]]:
    """What is broken of a field, a value that breaks it, what Slack says."""
    match shape["is"]:
        case "string" | "text" | "plain_text":
            yield from beyond_words(shape)
        case "int":
            yield "max", shape["max"] + 1, said("too_high", max=shape["max"])
            yield "min", shape["min"] - 1, said("too_low", min=shape["min"])
        case "enum":
            yield "of", "neon", said("not_enum")
        case "bool":
            yield "is", "yes", said("not_boolean")
        case "element":
            yield "of", {"type": "nope"}, said("unsupported", type="nope")
        case "list":
            yield from beyond_list(shape)
    if shape.get("required"):
        yield "required", None, said("missing", name=name)


def beyond_words(shape: JSON) -> Iterator[tuple[str, object, str]]:
    def worded(length: int) -> object:
        return "x" * length if shape["is"] == "string" else text(length)

    if "max" in shape:
        yield "max", worded(shape["max"] + 1), said("too_long", above=shape["max"] + 1)
    if shape.get("min"):
        yield "min", worded(0), said("too_short", below=0)


def beyond_list(shape: JSON) -> Iterator[tuple[str, object, str]]:
    item = example(shape["of"])
    if "max" in shape:
        items = [numbered(item, number) for number in range(shape["max"] + 1)]
        yield "max", items, said("too_many", max=shape["max"])
    if shape.get("min"):
        yield "min", [], said("too_few", min=shape["min"])
    for what, value, expected in beyond("", shape["of"]):
        yield f"each-{what}", [value], expected


def breaches(fields: JSON) -> Iterator[tuple[str, str, object, str]]:
    """(name, what is broken, a value that breaks it, what Slack says) for each limit of a shape."""
    for name, shape in fields.items():
        for broken in beyond(name, shape):
            yield (name, *broken)
    yield "colour", "unknown", "red", said("additional", name="colour")


def numbered(item: object, number: int) -> object:
    """A copy that may stand beside the others."""
    other = copy.deepcopy(item)
    if isinstance(other, dict) and "action_id" in other:
        other["action_id"] += str(number)
    if isinstance(other, dict) and "value" in other:
        other["value"] = str(number)
    return other


def with_field(thing: JSON, name: str, value: object) -> JSON:
    changed = {key: inner for key, inner in thing.items() if key != name}
    return changed if value is None else changed | {name: value}


def holding(element: JSON) -> JSON:
    """A modal's block that holds an element."""
    if element["type"] in RULES["blocks"]["input"]["fields"]["element"]["of"]:
        return RULES["blocks"]["input"]["example"] | {"element": element}
    if element["type"] in ("image", "mrkdwn", "plain_text"):
        return {"type": "context", "elements": [element]}
    return {"type": "actions", "elements": [element]}


def holding_object(name: str, thing: JSON) -> JSON:
    """A modal's block that holds a composition object."""
    elements = RULES["elements"]
    match name:
        case "option":
            return holding(elements["static_select"]["example"] | {"options": [thing]})
        case "choice":
            return holding(elements["checkboxes"]["example"] | {"options": [thing]})
        case "option_group":
            return holding({"type": "static_select", "action_id": "pick", "option_groups": [thing]})
        case "confirm":
            return holding(elements["button"]["example"] | {"confirm": thing})
        case "dispatch_action_config":
            return holding(elements["plain_text_input"]["example"] | {"dispatch_action_config": thing})
    raise AssertionError(name)


def cases() -> Iterator[Any]:
    """Everything to send: (surface, blocks, what Slack says)."""
    for kind, shape in RULES["blocks"].items():
        for name, what, value, expected in breaches(shape["fields"] | RULES["every_block"]):
            for surface in shape["on"]:
                block = with_field(shape["example"], name, value)
                yield pytest.param(surface, [block], expected, id=f"{surface}-{kind}.{name}-{what}")
    for kind, shape in RULES["elements"].items():
        for name, what, value, expected in breaches(shape["fields"]):
            block = holding(with_field(shape["example"], name, value))
            yield pytest.param("modal", [block], expected, id=f"{kind}.{name}-{what}")
    for kind, shape in RULES["objects"].items():
        for name, what, value, expected in breaches(shape["fields"]):
            block = holding_object(kind, with_field(shape["example"], name, value))
            yield pytest.param("modal", [block], expected, id=f"{kind}.{name}-{what}")


def check(surface: str, blocks: list[JSON]) -> None:
    if surface == "message":
        check_message("", blocks, None)
    else:
        example = RULES["view"][surface]["example"]
        submit = {"submit": text(1)} if surface == "modal" else {}
        check_view(example | submit | {"blocks": blocks}, surface)


@pytest.mark.parametrize(("surface", "blocks", "expected"), [*cases()])
def test_each_limit(surface: str, blocks: list[JSON], expected: str):
    with pytest.raises(Refused) as refused:
        check(surface, blocks)
    assert refused.value.error == ("invalid_blocks" if surface == "message" else "invalid_arguments")
    assert any(message.startswith(expected + " [json-pointer:/") for message in refused.value.messages)


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_every_example_passes(surface: str):
    blocks = [shape["example"] for shape in RULES["blocks"].values() if surface in shape["on"]]
    if surface == "modal":
        blocks += [holding(shape["example"]) for shape in RULES["elements"].values()]
        blocks += [holding_object(name, shape["example"]) for name, shape in RULES["objects"].items()]
    check(surface, blocks)


def test_what_is_just_allowed_passes():
    limits = RULES["blocks"]["section"]["fields"]
    check("message", [{"type": "section", "text": text(limits["text"]["max"], "mrkdwn")}])
    check("message", [RULES["blocks"]["divider"]["example"]] * RULES["message"]["blocks"]["max"])


@pytest.mark.parametrize(
    ("name", "what", "value", "expected"),
    [pytest.param(*breach, id=f"{breach[0]}-{breach[1]}") for breach in breaches(RULES["view"]["modal"]["fields"])],
)
def test_each_limit_of_a_modal(name: str, what: str, value: object, expected: str):
    del what
    with pytest.raises(Refused) as refused:
        check_view(with_field(RULES["view"]["modal"]["example"], name, value), "modal")
    assert refused.value.error == "invalid_arguments"
    assert refused.value.messages[0].startswith(expected)


def refusal(client: WebClient, **message: object) -> SlackApiError:
    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.postMessage", json={"channel": "général", "text": "x"} | message)
    return refused.value


DIVIDER = {"type": "divider"}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
BUTTON = RULES["elements"]["button"]["example"]


@pytest.mark.parametrize(
    ("message", "error", "pointer"),
    [
        ({"blocks": [DIVIDER] * 51}, "invalid_blocks", "no more than 50 items allowed [json-pointer:/blocks]"),
        ({"blocks": [LONG] * 5}, "msg_blocks_too_long", None),
        ({"text": "x" * 40_001}, "msg_too_long", None),
        ({"text": ""}, "no_text", None),
        ({"channel": "nowhere"}, "channel_not_found", None),
        ({"metadata": {"event_type": "card"}}, "invalid_metadata_format", None),
        ({"blocks": "not json"}, "invalid_blocks_format", None),
        ({"attachments": [{"text": "old"}]}, "invalid_attachments", None),
        ({"thread_ts": "1.000000"}, "thread_not_found", None),
        (
            {"blocks": [DIVIDER | {"block_id": "a"}] * 2},
            "invalid_blocks",
            "`block_id` must be unique [json-pointer:/blocks/1/block_id]",
        ),
        (
            {"blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]},
            "invalid_blocks",
            "`action_id` must be unique within a block [json-pointer:/blocks/0]",
        ),
        ({"blocks": [{"type": "video"}]}, "invalid_blocks", "unsupported type: video [json-pointer:/blocks/0/type]"),
        (
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]},
            "invalid_blocks",
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
    ],
)
def test_over_the_wire(client: WebClient, message: JSON, error: str, pointer: str | None):
    answer = refusal(client, **message).response
    assert answer["error"] == error
    assert error in RULES["errors"]
    if pointer:
        assert answer["errors"] == [pointer]
        assert answer["response_metadata"]["messages"] == [f"[ERROR] {pointer}"]


def sources(rule: object) -> Iterator[JSON]:
    """Everything of the file that names a page."""
    if isinstance(rule, dict):
        if "page" in rule:
            yield rule
        for inner in rule.values():
            yield from sources(inner)


def test_every_rule_says_where_it_was_read():
    kinds = ("blocks", "elements", "objects", "errors", "times", "sockets")
    assert all("page" in rule for kind in kinds for rule in RULES[kind].values())
    for rule in sources(RULES):
        assert rule["page"].startswith("https://")
        assert isinstance(rule["read"], dt.date)
    assert PATH.name == "slack_rules.yaml"
