"""From what a person typed to a preview with every problem in it: what all publishers do alike. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from models.network import NetworkRules
from responders.publisher import PLAIN, Manner, PostRef, Preview, Problem, ProblemCode


def drafted(  # noqa: PLR0913 - what an answer is made of, then what the network makes of it by keyword
    rules: NetworkRules,
    account: str,
    text: str,
    to: PostRef,
    manner: Manner | None = None,
    *,
    usual: Manner = PLAIN,
    length: Callable[[str], int] = len,
    limit: int | None = None,
    forbidden: ProblemCode | None = None,
    price: Decimal | None = None,
) -> Preview:
    """The preview of `text` without the blanks around it.

    Args:
        rules: what the network allows.
        account: who would speak.
        text: what was typed.
        to: what it answers.
        manner: how it was asked to be said; None for `usual`.
        usual: how one answers that post without saying more, for example with the content warning it has itself.
        length: counts a text as the network does.
        limit: its most, where the server has its own; else the network's.
        forbidden: the rule that forbids any answer to this post, as far as `to` tells.
        price: what publishing this text costs, in US dollars.
    """
    text = text.replace("\r\n", "\n").strip()
    limit = rules.max_length if limit is None else limit
    manner = _possible(usual if manner is None else manner, rules)
    counted = length(text)
    problems = [
        *_of_text(text, counted, limit, rules.max_bytes),
        *_of_image(manner, rules),
        *([Problem(forbidden)] if forbidden else []),
    ]
    return Preview(to, account, text, counted, limit, tuple(problems), manner, price)


def _of_text(text: str, length: int, limit: int | None, max_bytes: int | None) -> Iterator[Problem]:
    if not text:
        yield Problem(ProblemCode.EMPTY)
    if limit is not None and length > limit:
        yield Problem(ProblemCode.TOO_LONG, str(length - limit))
    size = len(text.encode(errors="surrogatepass"))  # half a pair is refused elsewhere; here it has a size
    if max_bytes is not None and size > max_bytes:
        yield Problem(ProblemCode.TOO_MANY_BYTES, str(size - max_bytes))


def _of_image(manner: Manner, rules: NetworkRules) -> Iterator[Problem]:
    if manner.image is None:
        return
    if not rules.images:
        yield Problem(ProblemCode.NO_IMAGE)
    elif not manner.image.alt.strip():
        yield Problem(ProblemCode.NO_ALT)
    elif len(manner.image.alt) > rules.max_alt:
        yield Problem(ProblemCode.ALT_TOO_LONG, str(len(manner.image.alt) - rules.max_alt))


def _possible(manner: Manner, rules: NetworkRules) -> Manner:
    """Only what the network knows: the preview shows what is sent. An image it cannot show is a problem instead."""
    visibility = manner.visibility if manner.visibility in rules.visibilities else next(iter(rules.visibilities), "")
    return Manner(
        language=manner.language if rules.languages else "",
        warning=manner.warning.strip() if rules.warnings else "",
        visibility=visibility,
        image=manner.image,
    )
