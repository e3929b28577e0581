"""Triggers, stacks and Home tabs, by an unmodified WebClient."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Workspace
from tests.sandbox.slack.conftest import Clock

JSON = dict[str, Any]
Trigger = Callable[[], str]
PAGE = "page-1"


def modal(title: str = "Un", **more: object) -> JSON:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": []} | more


def error(call: Callable[..., object], **arguments: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


@pytest.fixture
def trigger(workspace: Workspace) -> Trigger:
    return lambda: workspace.views.trigger(workspace.team()[0].id, PAGE)


def test_a_trigger_is_used_once_and_soon(client: WebClient, workspace: Workspace, trigger: Trigger, clock: Clock):
    used, old = trigger(), trigger()
    client.views_open(trigger_id=used, view=modal())
    assert [view["title"]["text"] for view in workspace.views.stack(PAGE)] == ["Un"]
    assert error(client.views_open, trigger_id=used, view=modal()) == "exchanged_trigger_id"
    clock.ahead += 3.5
    assert error(client.views_open, trigger_id=old, view=modal()) == "expired_trigger_id"
    assert error(client.views_open, trigger_id="1.2.3", view=modal()) == "invalid_trigger_id"


def test_a_refused_view_leaves_its_trigger(client: WebClient, trigger: Trigger):
    once = trigger()
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=once, view=modal(title="x" * 25))
    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert client.views_open(trigger_id=once, view=modal())["ok"]


def test_three_views_stand_on_one_another(client: WebClient, workspace: Workspace, trigger: Trigger):
    assert error(client.views_push, trigger_id=trigger(), view=modal()) == "not_found"
    client.views_open(trigger_id=trigger(), view=modal())
    client.views_push(trigger_id=trigger(), view=modal("Deux"))
    client.views_push(trigger_id=trigger(), view=modal("Trois"))
    assert error(client.views_push, trigger_id=trigger(), view=modal("Quatre")) == "push_limit_reached"
    assert [view["title"]["text"] for view in workspace.views.stack(PAGE)] == ["Un", "Deux", "Trois"]


def test_update_by_id_or_external_id_and_hash(client: WebClient, trigger: Trigger):
    view = client.views_open(trigger_id=trigger(), view=modal(external_id="mention-42"))["view"]
    changed = client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Deux", external_id="mention-42"))
    assert changed["view"]["id"] == view["id"]
    assert error(client.views_update, view_id=view["id"], hash=view["hash"], view=modal()) == "hash_conflict"
    client.views_update(external_id="mention-42", view=modal("Trois"))
    assert error(client.views_update, view_id="V0", view=modal()) == "not_found"


def test_an_external_id_stands_once(client: WebClient, trigger: Trigger):
    client.views_open(trigger_id=trigger(), view=modal(external_id="a"))
    assert error(client.views_open, trigger_id=trigger(), view=modal(external_id="a")) == "duplicate_external_id"


def test_a_view_has_a_weight(client: WebClient, trigger: Trigger):
    block = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    heavy = [block | {"block_id": str(number)} for number in range(90)]
    assert error(client.views_open, trigger_id=trigger(), view=modal(blocks=heavy)) == "view_too_large"


def test_an_input_needs_a_submit(client: WebClient, trigger: Trigger):
    label = {"type": "plain_text", "text": "Quoi"}
    block = {"type": "input", "label": label, "element": {"type": "plain_text_input"}}
    assert error(client.views_open, trigger_id=trigger(), view=modal(blocks=[block])) == "invalid_arguments"


def test_publish(client: WebClient, workspace: Workspace):
    me = workspace.team()[0].id
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = client.views_publish(user_id=me, view=home)["view"]
    again = client.views_publish(user_id=me, view=home, hash=first["hash"])["view"]
    assert again["id"] == first["id"]
    assert error(client.views_publish, user_id=me, view=home, hash=first["hash"]) == "hash_conflict"
    assert error(client.views_publish, user_id="U0", view=home) == "user_not_found"
    assert error(client.views_publish, user_id=me, view=modal()) == "invalid_arguments"
    assert workspace.views.home(workspace.team()[1].id) is None
