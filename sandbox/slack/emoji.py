"""The emoji shortcodes that cards and people use; an unknown one stays as it is written, as in Slack."""

from typing import Final

EMOJI: Final = {
    name: character
    for character, names in {
        "✅": "white_check_mark", "☑️": "ballot_box_with_check", "✔️": "heavy_check_mark", "❌": "x",
        "⚠️": "warning", "🚨": "rotating_light", "🔥": "fire", "🔴": "red_circle", "🟠": "large_orange_circle",
        "🟡": "large_yellow_circle", "🟢": "large_green_circle", "🔵": "large_blue_circle", "⚪": "white_circle",
        "⚫": "black_circle", "🟣": "large_purple_circle", "🔶": "large_orange_diamond", "🔷": "large_blue_diamond",
        "💬": "speech_balloon", "🗨️": "left_speech_bubble", "📣": "mega", "📢": "loudspeaker", "🔔": "bell",
        "🔕": "no_bell", "👀": "eyes", "👍": "+1 thumbsup", "👎": "-1 thumbsdown", "🙏": "pray", "👏": "clap",
        "🙌": "raised_hands", "💪": "muscle", "👋": "wave", "✋": "hand raised_hand", "🤝": "handshake", "🎉": "tada",
        "🚀": "rocket", "✈️": "airplane", "🛫": "airplane_departure", "🛬": "airplane_arriving", "🧳": "luggage",
        "📈": "chart_with_upwards_trend", "📉": "chart_with_downwards_trend", "📊": "bar_chart", "📰": "newspaper",
        "🔎": "mag_right", "🔍": "mag", "🔗": "link", "📌": "pushpin", "📎": "paperclip", "✏️": "pencil2",
        "📝": "memo pencil", "🗑️": "wastebasket", "📅": "date calendar", "🕐": "clock1", "⏰": "alarm_clock",
        "⏱️": "stopwatch", "⏳": "hourglass_flowing_sand", "⌛": "hourglass",
        "🌍": "earth_africa", "🌐": "globe_with_meridians",
        "🔒": "lock", "🔓": "unlock", "🔑": "key", "🛡️": "shield", "⛔": "no_entry",
        "🚫": "no_entry_sign", "🛑": "octagonal_sign",
        "❓": "question", "❗": "exclamation heavy_exclamation_mark", "ℹ️": "information_source", "💡": "bulb",
        "⭐": "star", "🌟": "star2", "✨": "sparkles", "❤️": "heart", "💔": "broken_heart", "💙": "blue_heart",
        "🙂": "slightly_smiling_face", "😊": "blush", "😀": "grinning", "😄": "smile", "😂": "joy", "😉": "wink",
        "😐": "neutral_face", "🙁": "slightly_frowning_face", "😕": "confused", "😢": "cry", "😭": "sob", "😠": "angry",
        "😡": "rage", "😤": "triumph", "😱": "scream", "🤔": "thinking_face", "😴": "sleeping", "🤖": "robot_face",
        "🔁": "repeat", "🔄": "arrows_counterclockwise", "➡️": "arrow_right", "⬅️": "arrow_left", "⬆️": "arrow_up",
        "⬇️": "arrow_down", "↩️": "leftwards_arrow_with_hook", "➕": "heavy_plus_sign", "➖": "heavy_minus_sign",
        "📥": "inbox_tray", "📤": "outbox_tray", "✉️": "email envelope", "☎️": "phone telephone", "💯": "100",
        "🥇": "first_place_medal", "🏆": "trophy", "🎯": "dart", "🧭": "compass", "🧑‍💻": "technologist",
        "👤": "bust_in_silhouette",
        "👥": "busts_in_silhouette", "🏷️": "label", "🗂️": "card_index_dividers", "📋": "clipboard", "🧪": "test_tube",
        "☕": "coffee", "☀️": "sunny", "🌙": "crescent_moon", "⛅": "partly_sunny", "⛈️": "thunder_cloud_and_rain",
        "⏸️": "double_vertical_bar", "▶️": "arrow_forward", "🔇": "mute", "📭": "mailbox_with_no_mail",
    }.items()
    for name in names.split()
}  # fmt: skip
"""Shortcode without its colons -> the character."""
