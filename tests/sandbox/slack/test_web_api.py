"""The Web API by an unmodified WebClient."""

import json
import urllib.error
from collections.abc import Callable

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from sandbox.slack import Workspace
from tests.sandbox.slack.conftest import Clock


def error(call: Callable[..., object], **arguments: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


class TestTokens:
    @pytest.mark.parametrize(
        ("token", "expected"),
        [("xoxb-other", "invalid_auth"), ("", "not_authed"), ("xapp-sandbox-repartie", "not_allowed_token_type")],
    )
    def test_a_wrong_token(self, address: str, token: str, expected: str):
        said = httpx.post(f"{address}/api/auth.test", headers={"Authorization": f"Bearer {token}"} if token else {})
        assert said.json() == {"ok": False, "error": expected}

    def test_a_connection_needs_the_app_token(self, client: WebClient, workspace: Workspace):
        assert error(client.apps_connections_open, app_token=workspace.bot_token) == "not_allowed_token_type"
        url = client.apps_connections_open(app_token=workspace.app_token)["url"]
        assert url.startswith("ws://127.0.0.1:")


def test_who_am_i(client: WebClient, workspace: Workspace):
    me = client.auth_test()
    assert (me["user_id"], me["team"]) == (workspace.bot.id, "Aéroplouf")


def test_an_unknown_method_is_refused_and_noted(client: WebClient, workspace: Workspace):
    assert error(client.pins_add, channel="C1", timestamp="1") == "unknown_method"
    assert workspace.unknown_calls == ["pins.add"]


def test_a_form_says_as_much_as_json(address: str, workspace: Workspace):
    blocks = json.dumps([{"type": "divider"}])
    metadata = json.dumps({"event_type": "card", "event_payload": {"mention": 42}})
    said = httpx.post(
        f"{address}/api/chat.postMessage",
        data={"token": workspace.bot_token, "channel": "#général", "blocks": blocks, "metadata": metadata},
    ).json()
    assert said["ok"]
    [message] = workspace.channel("général").messages
    assert message.blocks[0]["type"] == "divider"
    assert message.metadata == {"event_type": "card", "event_payload": {"mention": 42}}


def test_a_body_that_is_no_json(address: str, workspace: Workspace):
    headers = {"Authorization": f"Bearer {workspace.bot_token}", "Content-Type": "application/json"}
    said = httpx.post(f"{address}/api/chat.postMessage", content="{", headers=headers)
    assert said.json()["error"] == "invalid_json"


class TestMessages:
    def test_update_replaces_text_and_blocks(self, client: WebClient, workspace: Workspace):
        sent = client.chat_postMessage(channel="général", text="un", blocks=[{"type": "divider"}])
        where = {"channel": sent["channel"], "ts": sent["ts"]}
        client.chat_update(**where, text="deux", blocks=[{"type": "divider"}] * 2)
        [message] = workspace.channel("général").messages
        assert (message.text, len(message.blocks), message.edited) == ("deux", 2, None)
        client.chat_update(**where, text="trois")
        assert (message.text, message.blocks) == ("trois", [])
        assert message.edited

    def test_only_ones_own_message(self, client: WebClient, workspace: Workspace):
        general = workspace.channel("général")
        message = workspace.say(general, workspace.team()[0].id, "à moi")
        where = {"channel": general.id, "ts": message.ts}
        assert error(client.chat_update, **where, text="non") == "cant_update_message"
        assert error(client.chat_delete, **where) == "cant_delete_message"
        assert error(client.chat_update, channel=general.id, ts="1.000000", text="non") == "message_not_found"

    def test_delete(self, client: WebClient, workspace: Workspace):
        sent = client.chat_postMessage(channel="général", text="un")
        client.chat_delete(channel=sent["channel"], ts=sent["ts"])
        assert workspace.channel("général").messages == []

    def test_only_one_person_sees_an_ephemeral(self, client: WebClient, workspace: Workspace):
        me = workspace.team()[0].id
        general = workspace.channel("général")
        ts = client.chat_postEphemeral(channel=general.id, user=me, text="toi seule")["message_ts"]
        assert client.conversations_history(channel=general.id)["messages"] == []
        assert error(client.chat_update, channel=general.id, ts=ts, text="x") == "message_not_found"
        assert error(client.chat_postEphemeral, channel=general.id, user="U0", text="x") == "user_not_in_channel"

    def test_where_the_app_may_not_write(self, client: WebClient, workspace: Workspace):
        workspace.channel("général").archived = True
        workspace.channel("aeroplouf-alertes").bot_is_member = False
        assert error(client.chat_postMessage, channel="#général", text="x") == "is_archived"
        assert error(client.chat_postMessage, channel="#aeroplouf-alertes", text="x") == "not_in_channel"

    def test_a_person_may_be_written_to(self, client: WebClient, workspace: Workspace):
        sent = client.chat_postMessage(channel=workspace.team()[0].id, text="le point du matin")
        assert sent["channel"].startswith("D")


class TestReading:
    def test_history_is_newest_first_in_pages_without_threads(self, client: WebClient):
        sent = [client.chat_postMessage(channel="général", text=str(number)) for number in range(5)]
        where = sent[0]["channel"]
        client.chat_postMessage(channel=where, thread_ts=sent[4]["ts"], text="dessous")
        first = client.conversations_history(channel=where, limit=3)
        assert [message["text"] for message in first["messages"]] == ["4", "3", "2"]
        assert (first["has_more"], first["messages"][0]["reply_count"]) == (True, 1)
        cursor = first["response_metadata"]["next_cursor"]
        rest = client.conversations_history(channel=where, limit=3, cursor=cursor)
        assert [message["text"] for message in rest["messages"]] == ["1", "0"]
        since = client.conversations_history(channel=where, oldest=sent[2]["ts"])
        assert [message["text"] for message in since["messages"]] == ["4", "3"]
        only = client.conversations_history(channel=where, latest=sent[2]["ts"], inclusive=True, limit=1)
        assert [message["text"] for message in only["messages"]] == ["2"]

    def test_metadata_comes_when_asked_for(self, client: WebClient):
        metadata = {"event_type": "card", "event_payload": {"mention": 42}}
        where = client.chat_postMessage(channel="général", text="x", metadata=metadata)["channel"]
        assert "metadata" not in client.conversations_history(channel=where)["messages"][0]
        asked = client.conversations_history(channel=where, include_all_metadata=True)
        assert asked["messages"][0]["metadata"] == metadata

    def test_replies(self, client: WebClient):
        parent = client.chat_postMessage(channel="général", text="haut")
        where = {"channel": parent["channel"], "thread_ts": parent["ts"]}
        reply = client.chat_postMessage(**where, text="bas")
        deeper = client.chat_postMessage(channel=parent["channel"], thread_ts=reply["ts"], text="plus bas")
        assert deeper["message"]["thread_ts"] == parent["ts"]
        thread = client.conversations_replies(channel=parent["channel"], ts=parent["ts"])
        assert [message["text"] for message in thread["messages"]] == ["haut", "bas", "plus bas"]
        assert error(client.conversations_replies, channel=parent["channel"], ts="1.0") == "thread_not_found"

    def test_channels_and_people(self, client: WebClient, workspace: Workspace):
        names = [channel["name"] for channel in client.conversations_list()["channels"]]
        assert names[0] == "aeroplouf-mentions"
        assert "général" in names
        camille = workspace.team()[0]
        assert client.users_info(user=camille.id, include_locale=True)["user"]["locale"] == "fr-FR"
        assert client.users_lookupByEmail(email=camille.email)["user"]["id"] == camille.id
        assert len(client.users_list()["members"]) == 5
        assert error(client.users_info, user="U0") == "user_not_found"
        assert error(client.users_lookupByEmail, email="x@y.example") == "users_not_found"
        assert error(client.conversations_info, channel="C0") == "channel_not_found"
        assert client.conversations_info(channel=workspace.channel("général").id)["channel"]["name"] == "général"


class TestRates:
    @pytest.fixture
    def workspace(self, clock: Clock) -> Workspace:
        return Workspace(now=clock)

    def test_a_message_a_second_and_channel(self, client: WebClient, clock: Clock):
        for _ in range(4):
            client.chat_postMessage(channel="général", text="x")
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel="général", text="x")
        answer = refused.value.response
        assert (answer.status_code, answer["error"]) == (429, "ratelimited")
        assert answer.headers["Retry-After"] == "1"
        client.chat_postMessage(channel="aeroplouf-mentions", text="another channel has its own")
        clock.ahead += 1
        client.chat_postMessage(channel="général", text="x")

    def test_updates_are_tier_3(self, client: WebClient):
        sent = client.chat_postMessage(channel="général", text="x")
        where = {"channel": sent["channel"], "ts": sent["ts"], "text": "y"}
        for _ in range(50):
            client.chat_update(**where)
        assert error(client.chat_update, **where) == "ratelimited"

    def test_the_clients_own_retry_gets_through(self, client: WebClient, workspace: Workspace):
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
        workspace.fail_next("chat.postMessage", "ratelimited")
        assert client.chat_postMessage(channel="général", text="x")["ok"]
        assert len(workspace.channel("général").messages) == 1


class TestFailures:
    def test_a_server_error(self, client: WebClient, workspace: Workspace):
        workspace.fail_next("chat.postMessage", 500)
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel="général", text="x")
        assert workspace.channel("général").messages == []
        assert client.chat_postMessage(channel="général", text="x")["ok"]

    def test_an_error_of_slacks(self, client: WebClient, workspace: Workspace):
        workspace.fail_next("chat.postMessage", "fatal_error")
        assert error(client.chat_postMessage, channel="général", text="x") == "fatal_error"

    def test_no_answer_and_nothing_done(self, address: str, workspace: Workspace):
        workspace.fail_next("chat.postMessage", "hang before")
        client = WebClient(token=workspace.bot_token, base_url=f"{address}/api/", timeout=1, retry_handlers=[])
        with pytest.raises((TimeoutError, urllib.error.URLError)):
            client.chat_postMessage(channel="général", text="x")
        assert workspace.channel("général").messages == []

    def test_done_but_the_answer_is_lost(self, client: WebClient, workspace: Workspace):
        workspace.fail_next("chat.postMessage", "lose answer")
        with pytest.raises(Exception, match=r"IncompleteRead|closed|reset") as lost:
            client.chat_postMessage(channel="général", text="x")
        assert not isinstance(lost.value, SlackApiError)
        assert [message.text for message in workspace.channel("général").messages] == ["x"]
