"""What the page's script says; it gets them translated."""

from typing import Final

from sandbox.i18n import Words, mark, mark_plural

PHRASES: Final = (
    mark("(edited)"),
    mark("APP"),
    mark("Back"),
    mark("Cancel"),
    mark("Characters left"),
    mark("Choose an option"),
    mark("Close"),
    mark("Enter to send, Shift + Enter for a new line"),
    mark("Last reply {ago}"),
    mark("Message"),
    mark("Message {where}"),
    mark("Messages between you and the app."),
    mark("More actions"),
    mark("New messages"),
    mark("Only visible to you"),
    mark("Reply in thread"),
    mark("Reply…"),
    mark("Send"),
    mark("The app did not answer within 3 seconds."),
    mark("The app has put nothing here yet."),
    mark("The app is not connected."),
    mark("The app’s answer was refused: {error}"),
    mark("The workspace does not answer."),
    mark("This is the very beginning of the {name} channel."),
    mark("This message rang: {who}"),
    mark("We had some trouble connecting. Try again?"),
    mark("connected"),
    mark("just now"),
    mark("not connected"),
    mark("optional"),
    mark("you"),
)
"""Every text of sandbox/static/slack/*.js that has one form."""

PLURALS: Final = (
    mark_plural("{count} reply", "{count} replies"),
    mark_plural("{count} unread message", "{count} unread messages"),
)
"""Those that count: for one, for many."""


def spoken(t: Words) -> dict[str, str]:
    """English -> what the script says in the language of `t`."""
    plurals = {english: said for pair in PLURALS for english, said in zip(pair, t.forms(*pair), strict=True)}
    return {english: t(english) for english in PHRASES} | plurals
