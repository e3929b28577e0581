"""The definition of the language, as plainly as it can be said: every tree, every post, every position."""

from config.query import And, Attribute, Near, Node, Not, Or, Sort, Term
from listener.evaluation import authors, languages, sites, sought
from listener.text import addresses, exact, fold_name, read, words
from models.post import Post


def holds(node: Node, post: Post) -> bool:
    match node:
        case And():
            return all(holds(part, post) for part in node.parts)
        case Or():
            return any(holds(part, post) for part in node.parts)
        case Not():
            return not holds(node.part, post)
        case Attribute():
            return sought(node) in _values(node, post)
        case Near():
            return _near(node, post.title, in_title=True) or _near(node, post.text, in_title=False)
        case Term():
            places = _everywhere(node, post.title) or (not node.title and _everywhere(node, post.text))
            accounts = " ".join("@" + account.removeprefix("@") for account in post.accounts)
            addressed = node.sort is Sort.HANDLE and not node.title and _everywhere(node, accounts)
            return bool(places or addressed)


def _values(node: Attribute, post: Post) -> set[str]:
    urls = [post.url, *post.links, *addresses(post.title), *addresses(post.text)]
    return {
        "author": set(authors(post.author.handle, post.author.name)),
        "lang": set(languages(post.language)),
        "site": {site for url in urls for site in sites(url)},
    }[node.name]


def _near(node: Near, text: str, *, in_title: bool) -> bool:
    for first, last in _group(node.left, text, in_title=in_title):
        for other_first, other_last in _group(node.right, text, in_title=in_title):
            if 1 <= other_first - last <= node.distance:
                return True
            if not node.ordered and 1 <= first - other_last <= node.distance:
                return True
    return False


def _group(node: Term | Or, text: str, *, in_title: bool) -> list[tuple[int, int]]:
    if isinstance(node, Or):
        return [span for part in node.parts for span in _group(part, text, in_title=in_title)]
    return [] if node.title and not in_title else _everywhere(node, text)


def _everywhere(term: Term, text: str) -> list[tuple[int, int]]:
    reading = read(text)
    if term.sort is not Sort.WORDS:
        return [
            (place.first, place.last)
            for name, places in reading.names.items()
            for place in places
            if _same(name, term.sort + fold_name(term.text), term.prefix)
            and (not term.exact or _same(exact(text[place.start : place.end]), exact(term.text), term.prefix))
        ]
    wanted = words(term.text)
    found = []
    for begin in range(len(reading.tokens) - len(wanted) + 1):
        pairs = list(zip(reading.tokens[begin : begin + len(wanted)], wanted, strict=True))
        if all(
            _same(there[0], want[0], term.prefix and want is wanted[-1])
            and (
                not term.exact
                or _same(
                    exact(text[there[1] : there[2]]),
                    exact(term.text[want[1] : want[2]]),
                    term.prefix and want is wanted[-1],
                )
            )
            for there, want in pairs
        ):
            found.append((begin, begin + len(wanted) - 1))
    return found


def _same(there: str, wanted: str, prefix: bool) -> bool:  # noqa: FBT001  # a plain truth value of the term
    return there.startswith(wanted) if prefix else there == wanted
