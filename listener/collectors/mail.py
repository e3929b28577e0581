"""One mailbox of alerts: each mail is one post, or one for each page that an alert found."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from config.i18n import Words
from config.sources import MailOptions
from listener.collector import Batch, Cursor, digest
from listener.inbox.digest import network_of, notice, results
from listener.inbox.imap import Mailbox, open_mailbox
from listener.inbox.mails import Mail, read_mail
from listener.links import canonical, site
from models.post import Author, Post

_AT_ONCE: Final = 20
"""Mails of one batch."""
_REMEMBERED: Final = 1_000
"""Posts that are not given again, though another alert names them in other words."""
_A_DAY: Final = timedelta(days=1)
"""SINCE counts days, in the server's time zone."""


class MailCollector:
    """The cursor: `validity` and `uid` say where we stopped, `taken` what may be marked read, `known` what was given.

    `asked` is the mark of the brands' queries: when they change, we look back again.
    """

    def __init__(  # noqa: PLR0913 - what reading a mailbox works with
        self,
        options: MailOptions,
        password: str,
        clock: Callable[[], datetime],
        t: Words,
        *,
        queries: Sequence[str] = (),
        seconds: float = 20.0,
    ) -> None:
        self._options, self._password, self._clock, self._t = options, password, clock, t
        self._asked, self._seconds = digest(*queries), seconds

    def collect(self, cursor: Cursor | None) -> Batch:
        """The next mails.

        Raises:
            RetryLater: the server is away, slow, or says something that cannot be read.
            AccessLost: it does not know the password, or there is no such folder.
        """
        kept = cursor or {}
        with open_mailbox(self._options, self._password, self._clock, self._t, self._seconds) as mailbox:
            validity = mailbox.number("UIDVALIDITY")
            same = kept.get("validity") == validity
            if same and self._options.mark_read:
                mailbox.mark_read(kept.get("taken", ()))
            if same and kept.get("asked") == self._asked:
                uid, known = int(kept["uid"]), dict.fromkeys(kept.get("known", ()))
                waiting = mailbox.after(uid)
            else:
                uid, known = max(mailbox.number("UIDNEXT") - 1, 0), {}
                waiting = self._back(mailbox)
            now, posts, notices, taken = self._clock(), dict[str, Post](), list[str](), list[int]()
            for uid in waiting[:_AT_ONCE]:
                raw = mailbox.fetch(uid)
                if raw is None:
                    continue
                try:
                    mail = read_mail(raw)
                    found = self._posts(mail, now) if self._is_believed(mail) else []
                except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                    # The standard library's own mistakes over headers nobody should write: the others go on.
                    notices.append(self._t("Mail {uid} cannot be read ({error})", uid=uid, error=type(error).__name__))
                    continue
                taken += [uid] if found else []
                posts |= {post.external_id: post for post in found if digest(post.external_id) not in known}
                known |= dict.fromkeys(digest(post.external_id) for post in found)
        return Batch(
            posts=list(posts.values()),
            cursor={
                "validity": validity,
                "uid": uid,
                "asked": self._asked,
                "taken": taken if self._options.mark_read else [],
                "known": list(known)[-_REMEMBERED:],
            },
            more=len(waiting) > _AT_ONCE,
            notices=notices,
        )

    def _back(self, mailbox: Mailbox) -> list[int]:
        if not self._options.backfill:
            return []
        return mailbox.since((self._clock() - self._options.backfill - _A_DAY).date())

    def _is_believed(self, mail: Mail) -> bool:
        authserv = self._options.authserv
        return mail.is_from(self._options.senders) and (authserv is None or mail.is_vouched_for(authserv))

    def _posts(self, mail: Mail, now: datetime) -> list[Post]:
        at = min(mail.at or now, now)
        found = results(mail)
        if not found:
            return [_whole(mail, at)]
        return [
            Post(
                network=network_of(result.url),
                external_id=canonical(result.url),
                url=result.url,
                title=result.title,
                text=result.text or result.title,
                author=Author(handle=site(result.url)),
                at=at,
                place=site(result.url),
            )
            for result in found
        ]


def _whole(mail: Mail, at: datetime) -> Post:
    said = notice(mail)
    return Post(
        network=network_of(said.url),
        external_id=f"mid:{mail.id}",
        url=said.url,
        title=mail.subject,
        text=said.text,
        author=Author(handle=mail.sender_name or mail.domain),
        at=at,
        place=mail.sender_name or mail.domain,
        links=said.links,
    )
