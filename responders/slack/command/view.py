"""What `/repartie` answers. Pure drawing."""

from config.i18n import Words, mark
from responders.slack import ids
from responders.slack.home import view as home
from responders.slack.kit import Mrkdwn, join, own, say


def usage(t: Words) -> Mrkdwn:
    """What can be asked."""
    lines = (
        ("status", t("what waits, and whether answers are really published")),
        ("pause", t("publish nothing more, for any brand, until someone resumes")),
        ("resume", t("publish again")),
        ("help", t("this list")),
    )
    return join((own(f"`{ids.COMMAND} {word}` : {meaning}") for word, meaning in lines), "\n")


def status(overview: home.Overview, t: Words) -> Mrkdwn:
    """One line a brand, then the pause."""
    return join((*home.brand_lines(overview, t), home.pause_line(overview.paused_by, t)), "\n")


def not_a_publisher(t: Words) -> Mrkdwn:
    """Refused."""
    return own(t("🔒 Only people who publish for a brand can pause or resume."))


def paused(t: Words) -> Mrkdwn:
    """Done."""
    resume = own(f"`{ids.COMMAND} resume`")
    return say(t, mark("⏸ Publication is paused. Answers already approved wait. To go on: {command}"), command=resume)


def resumed(t: Words) -> Mrkdwn:
    """Done."""
    return own(t("▶️ Publication goes on."))
