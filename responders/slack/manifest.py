"""The manifest to paste at https://api.slack.com/apps: "Create New App", "From a manifest".

Shape and limits: https://docs.slack.dev/reference/app-manifest (manifest v2, read 2026-11-22).
"""

from typing import Any

from config.i18n import words
from responders.slack import ids

BOT_SCOPES = (
    "channels:history",  # to find a card again after a crash instead of posting it twice
    "channels:read",  # to find a channel by its name
    "chat:write",
    "commands",
    "groups:history",  # the same, in private channels
    "groups:read",
    "users:read",  # the name shown on a card, the language of the modals
)


def manifest(language: str) -> dict[str, Any]:
    """The app as Slack should know it, described in `language` ("fr" or "en")."""
    t = words(language)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Repartie",
            "description": t("Shows what is said of your brands in public and lets the team answer from here."),
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": False,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Repartie", "always_online": True},
            "slash_commands": [
                {
                    "command": ids.COMMAND,
                    "description": t("What waits, pause and resume publication"),
                    "usage_hint": "status | pause | resume | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_home_opened"]},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }
