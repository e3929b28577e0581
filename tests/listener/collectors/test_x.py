"""What only X has: searches compiled, money, a week's reach, and a daily check of what is kept."""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select

from config.clients import open_client
from config.i18n import words
from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Cursor
from listener.collectors.x.query import compiled
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Means, Place, places
from models.database import Database
from models.errors import AccessLost, NotYet, RetryLater
from models.post import Author, Post
from models.store import following
from models.store.limits import StoredLimits
from models.tables import PostRow, SourceRow
from tests.listener.contract.test_collectors import Calm
from tests.listener.contract.world import Clock
from tests.listener.contract.worlds.x import X
from tests.servers.x import MOST, PRICES, Tweet, matches

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


# --- What X is asked.


@pytest.mark.parametrize(
    ("query", "search"),
    [
        ("aeroplouf", "aeroplouf"),
        ('"aéroplouf air"', '("aéroplouf air" OR "aeroplouf air")'),
        ('(a1 OR b1 OR @c1) AND NOT (d1 OR "e1 f1")', '(a1 OR b1 OR @c1) -d1 -"e1 f1"'),
        ("vol NEAR/5 retard", "vol retard"),
        ("aeroplouf AND annul*", "aeroplouf"),
        ("aeroplouf AND (retard OR annul*)", "aeroplouf"),
        ("aeroplouf AND NOT annul*", "aeroplouf"),
        ("aeroplouf AND NOT =Orange", "aeroplouf"),
        ("aeroplouf AND NOT (vol AND retard)", "aeroplouf"),
        ("=Orange AND vol", "orange vol"),
        ("aero-plouf", "aero plouf"),
        ("lang:fr AND aeroplouf", "aeroplouf lang:fr"),
        ("lang:he AND aeroplouf", "aeroplouf lang:iw"),
        ("site:x.com AND aeroplouf", "aeroplouf"),
        ("author:lea AND site:blog.example", 'from:lea url:"blog.example"'),
        ("#aeroplouf OR ✈️", "(#aeroplouf OR ✈️)"),
        ("title:vol OR aeroplouf", "aeroplouf"),
        ("vol AND (a1 OR b1) AND (c1 OR d1)", "(((a1 OR b1) c1 vol) OR ((a1 OR b1) d1 vol))"),
    ],
)  # fmt: skip
def test_a_query_becomes_a_search(query: str, search: str) -> None:
    found = compiled([parse(query)], longest=MOST, own=["@aeroplouf"])
    [asked] = found.searches
    assert found.unasked == ()
    assert asked == f"{search} -is:retweet -from:aeroplouf"


@pytest.mark.parametrize("query", ["lang:fr", "annul*", "author:lea-martin"])
def test_what_x_cannot_be_asked_is_told(query: str) -> None:
    assert compiled([parse(query)], longest=MOST).searches == ()
    assert compiled([parse(f"{query} OR aeroplouf")], longest=MOST).unasked == (str(parse(query)),)


def test_a_long_query_is_split_and_none_is_longer_than_the_tier_allows() -> None:
    long = " OR ".join(f"aeroplouf{number}" for number in range(200))
    found = compiled([parse(f"({long}) AND NOT (recrutement OR emploi)")], longest=MOST)
    assert len(found.searches) > 4
    assert max(map(len, found.searches)) <= MOST
    assert sum(search.count("aeroplouf") for search in found.searches) == 200
    assert all("-recrutement -emploi" in search for search in found.searches)
    assert len(compiled([parse(long)], longest=4096).searches) == 1


WORDS = ("aeroplouf", "retard", "vol", "annulé", "merci", "recrutement", "@aeroplouf", "#vol", "porto")


def _random_query(chance: random.Random, depth: int = 2) -> str:
    if not depth or chance.random() < 0.3:
        return chance.choice([*WORDS, '"vol annulé"', "annul*", "=Vol", "lang:fr", "author:lea", "aero-plouf"])
    kind = chance.choice(["AND", "OR", "AND NOT", "NEAR"])
    one, other = _random_query(chance, depth - 1), _random_query(chance, depth - 1)
    if kind == "NEAR":
        return f"{chance.choice(WORDS[:6])} NEAR/3 {chance.choice(WORDS[:6])}"
    return f"({one} {kind} {other})"


@pytest.mark.parametrize("seed", range(12))
def test_a_search_brings_at_least_what_the_query_wants(seed: int) -> None:
    """Asked of a reader of X's language that was written from X's page, not from our compiler."""
    chance = random.Random(seed)  # noqa: S311 - examples
    tried = 0
    while tried < 25:
        try:
            query = parse(_random_query(chance))
            matcher = Matcher({"b": query})
        except Exception:  # noqa: BLE001, S112 - not every random text is a query
            continue
        found = compiled([query], longest=chance.choice([60, MOST]))
        for number in range(20):
            text = " ".join(chance.choices(WORDS, k=chance.randint(1, 5)))
            tweet = Tweet(number, chance.choice(["lea", "paul"]), text, NOW)
            post = Post(
                network="x",
                external_id=str(number),
                text=text,
                author=Author(handle=tweet.author),
                at=NOW,
                language="fr",
            )
            brought = any([matches(search, tweet) for search in found.searches])  # noqa: C419 - each must be readable
            assert brought or found.unasked or not matcher.match(post), (str(query), found, text)
        tried += 1


# --- What it costs.


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[X]:
    with X(clock) as world:
        yield world


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """This is about a collector: one database will do."""
    shutil.copy(migrated, tmp_path / "repartie.db")
    database = Database(f"sqlite:///{tmp_path / 'repartie.db'}")
    yield database
    database.close()


Read = Callable[..., dict[str, Place]]


@pytest.fixture
def read(world: X, clock: Clock, database: Database) -> Read:
    """The places of a new process, by name."""

    def build(**more: object) -> dict[str, Place]:
        limits = StoredLimits(database, clock, used_up="used up", capped="capped")

        def standing(network: str, until: datetime) -> list[str]:
            with database.read() as session:
                return following.standing(session, network, until)

        means = Means(clock, words("en"), connect=open_client, limits=limits, standing=standing)
        return {place.key: place for place in places(world.options(**more), means, world.given())}

    return build


def drain(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    found = []
    while True:
        batch = place.collector.collect(cursor)
        found.append(batch)
        cursor = batch.cursor
        if not batch.more:
            return found


def spent(place: Place) -> Decimal:
    return place.collector._asking.spent()


def test_nothing_is_bought_where_nothing_is_new(world: X, read: Read) -> None:
    place = read()["search"]
    cursor = drain(place)[-1].cursor
    world.publish("Aéroplouf en retard")
    cursor = drain(place, cursor)[-1].cursor
    asked = len(world.requests)
    for _ in range(3):
        cursor = drain(place, cursor)[-1].cursor
    assert {request.path for request in world.requests[asked:]} == {"/2/tweets/counts/recent"}
    assert world.network.billed == 5 * PRICES["counts"] + PRICES["post"] + PRICES["user"]
    assert spent(place) == Decimal(world.network.billed) / 1_000_000


def test_the_cap_is_never_passed(world: X, read: Read, clock: Clock) -> None:
    for number in range(150):
        world.publish(f"Aéroplouf {number}")
    place = read(cap="2.50")["search"]
    cursor = None
    with pytest.raises(NotYet) as caught:
        for _ in range(100):
            cursor = drain(place, cursor)[-1].cursor
            world.publish("Aéroplouf encore")
    assert caught.value.at == datetime(2026, 12, 1, tzinfo=UTC)
    assert Decimal(world.network.billed) / 1_000_000 <= spent(place) <= Decimal("2.50")
    assert place.collector.tells()[0] == f"${float(spent(place)):g} of $2.5 spent this month"
    clock.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    world.publish("Aéroplouf en décembre")
    assert drain(place)  # a new month


def test_a_loud_day_is_counted_and_its_newest_bought(world: X, read: Read) -> None:
    place = read(most="120")["search"]
    cursor = drain(place)[-1].cursor
    said = [world.publish(f"Aéroplouf {number}") for number in range(250)]
    found = drain(place, cursor)
    assert sorted(post.external_id for batch in found for post in batch.posts) == said[-120:]
    [notice] = [notice for batch in found for notice in batch.notices]
    assert notice.startswith("X counted 250 new posts; only the newest 120 were bought, back to 2026-11-22")
    assert not drain(place, found[-1].cursor)[-1].posts


def test_refreshing_stops_before_hearing_does(world: X, read: Read) -> None:
    name = world.publish("Aéroplouf")
    place = read(cap="0.50", refresh="4")["search"]
    assert place.collector.most == 4
    assert list(place.collector.refresh([name]).engagement) == [name]
    assert spent(place) == Decimal("0.005")
    drain(place)  # 0.025 now
    assert place.collector.most == 0
    with pytest.raises(NotYet):
        place.collector.refresh([name])


def test_a_request_that_x_refused_costs_nothing(world: X, read: Read) -> None:
    place = read()["search"]
    world.fail(503)
    with pytest.raises(RetryLater):
        drain(place)
    assert spent(place) == 0


def test_credits_that_are_used_up_are_for_a_person(world: X, read: Read, clock: Clock) -> None:
    world.fail(402)
    with pytest.raises(RetryLater, match="buy some") as caught:
        drain(read()["search"])
    assert caught.value.at == clock() + HOUR


# --- A week's reach.


def test_a_quiet_month_loses_nothing_and_a_deaf_one_says_so(world: X, read: Read, clock: Clock) -> None:
    world.publish("Aéroplouf")
    place = read()["search"]
    cursor = drain(place)[-1].cursor
    for _ in range(5):
        clock.now += timedelta(days=6)
        last = drain(place, cursor)[-1]
        assert not last.gaps
        cursor = last.cursor
    new = world.publish("Aéroplouf encore")
    found = drain(place, cursor)
    assert [post.external_id for batch in found for post in batch.posts] == [new]
    deaf_since = clock()
    clock.now += timedelta(days=9)
    late = world.publish("Aéroplouf, bien plus tard")
    found = drain(place, found[-1].cursor)
    [gap] = [gap for batch in found for gap in batch.gaps]
    assert gap.start == deaf_since
    assert gap.end - deaf_since == timedelta(days=2, minutes=10)
    assert [post.external_id for batch in found for post in batch.posts] == [late]


def test_a_new_query_looks_back_and_the_old_one_goes_on(world: X, read: Read, clock: Clock) -> None:
    place = read()["search"]
    cursor = drain(place)[-1].cursor
    clock.now += HOUR
    world.publish("Voloair décolle")
    other = compiled([parse("voloair")], longest=MOST, own=["aeroplouf"])
    place.collector._compiled = other
    assert [post.text for batch in drain(place, cursor) for post in batch.posts] == ["Voloair décolle"]


# --- Mentions of our account.


def test_own_mentions_are_read_as_the_account_at_its_price(world: X, read: Read) -> None:
    ours = world.network.say("aeroplouf", "Bonjour à tous")
    answer = world.network.say("lea", "@aeroplouf trois heures <ici> & rien", parent=ours)
    quote = world.network.say("paul", "Lisez donc, @aeroplouf", quoted=ours)
    world.publish("Aéroplouf sans arobase")
    place = read()["@aeroplouf"]
    found = drain(place)
    posts = {post.external_id: post for batch in found for post in batch.posts}
    assert set(posts) == {str(answer), str(quote)}
    assert posts[str(answer)].text == "@aeroplouf trois heures <ici> & rien"
    assert posts[str(answer)].thread == {"id": str(answer), "root": "aeroplouf"}
    assert posts[str(answer)].parent_id == str(ours)
    assert posts[str(quote)].thread == {"id": str(quote), "quoted": "aeroplouf"}
    assert posts[str(quote)].accounts == ("@aeroplouf",)
    assert (posts[str(quote)].engagement.reposts, posts[str(quote)].author.followers) == (3, 42)
    assert world.network.billed == 3 * PRICES["user"] + 2 * PRICES["own"]
    assert spent(place) == Decimal(world.network.billed) / 1_000_000
    assert drain(place, found[-1].cursor)[-1].posts == []
    assert spent(place) == Decimal(world.network.billed) / 1_000_000


def test_an_account_that_x_does_not_know_is_for_a_person(world: X, read: Read) -> None:
    del world.network.users["aeroplouf"]
    with pytest.raises(AccessLost, match="@aeroplouf"):
        drain(read()["@aeroplouf"])


# --- Deletions.


@pytest.fixture
def listening(database: Database, clock: Clock) -> Listening:
    brand = Brand(name="Aéroplouf", query="aeroplouf", sources=("x",))
    return Listening(database, (brand,), Matcher({brand.name: parse(brand.query)}), Calm(), clock)


def kept(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row.external_id: row.text for row in session.exec(select(PostRow))}


def run(listening: Listening, place: Place, clock: Clock, times: int = 1) -> None:
    for _ in range(times):
        at = listening.run("x", place).next_poll_at
        assert at is not None
        clock.now = max(at, clock.now)


def test_a_day_s_job_tells_what_is_gone_and_what_stands(
    world: X, read: Read, clock: Clock, listening: Listening, database: Database
) -> None:
    gone, stays = world.publish("Aéroplouf, je retire"), world.publish("Aéroplouf, je garde")
    found = read()
    listening.run("x", found["search"])
    clock.now += HOUR
    began = clock()
    world.delete(gone)
    run(listening, found["deletions"], clock)
    assert [job.ids for job in world.network.jobs.values()] == [[gone, stays]]
    assert kept(database)[gone] == "Aéroplouf, je retire"  # the job is not done yet
    run(listening, read()["deletions"], clock, 2)  # another process goes on
    assert kept(database) == {gone: "", stays: "Aéroplouf, je garde"}
    with database.read() as session:
        assert following.standing(session, "x", began) == []
    assert clock() - began > timedelta(hours=20)
    assert world.network.looked_up == []
    run(listening, found["deletions"], clock)
    assert len(world.network.jobs) == 2  # the next day's


REFUSED = (
    "X does not let this app read that (Not available for your plan): see its permissions and plan on console.x.com"
)
TROUBLES = {"failed": "X's job failed", "late": "X's job took too long", "refused": f"X gave no job ({REFUSED})"}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_the_job_fails_posts_are_asked_for_and_counted(  # noqa: PLR0913, PLR0917 - fixtures
    world: X, read: Read, clock: Clock, listening: Listening, database: Database, trouble: str
) -> None:
    gone, stays = world.publish("Aéroplouf, je retire"), world.publish("Aéroplouf, je garde")
    found = read()
    listening.run("x", found["search"])
    before = spent(found["search"])
    clock.now += HOUR
    world.delete(gone)
    world.network.no_jobs = trouble == "refused"
    run(listening, found["deletions"], clock)
    for job in world.network.jobs.values():
        job.status = {"failed": "failed"}.get(trouble, "in_progress")
    run(listening, found["deletions"], clock, {"failed": 1, "late": 30, "refused": 0}[trouble])
    assert kept(database) == {gone: "", stays: "Aéroplouf, je garde"}
    assert world.network.looked_up == [gone, stays]
    assert spent(found["search"]) - before == Decimal("0.005")
    with database.read() as session:
        notices = [notice for row in session.exec(select(SourceRow)) for notice in row.notices]
    assert notices == [f"{TROUBLES[trouble]}: 2 posts are asked for one by one, for $0.01"]
