import httpx

from config.schema import Config, PublishMode
from config.sources import RssOptions, WordPressOptions
from responders.publisher import Publisher
from responders.publishers.console import ConsolePublisher
from responders.publishers.sandbox import SandboxPublisher
from responders.registry import Given, build_publishers
from tests.stage import BRAND, OTHER_BRAND, configuration


def build(config: Config):
    with httpx.Client() as client:
        return build_publishers(config, lambda _: Given(client))


def test_nothing_is_live_until_the_file_says_so():
    config = configuration().model_copy(update={"publish": {BRAND: PublishMode.LIVE}})
    publishers = build(config)
    live, rehearsed = publishers.of(BRAND, "sandbox"), publishers.of(OTHER_BRAND, "sandbox")
    assert isinstance(live, SandboxPublisher)
    assert isinstance(rehearsed, ConsolePublisher)
    assert (live.account, live.dry_run) == ("@Aeroplouf", False)
    assert (rehearsed.account, rehearsed.dry_run) == ("voloair", True)


def test_a_network_that_only_reads_has_no_publisher():
    config = configuration()
    brand = config.brands[0].model_copy(update={"sources": ("presse",), "accounts": {"rss": "x"}})
    feeds = RssOptions(kind="rss", feeds=("https://blog.example/feed",))
    publishers = build(config.model_copy(update={"brands": (brand,), "sources": {"presse": feeds}}))
    assert publishers.of(BRAND, "rss") is None


def test_a_wordpress_site_is_answered_by_the_user_who_logs_in():
    config = configuration()
    brand = config.brands[0].model_copy(update={"sources": ("blog",), "accounts": {"wordpress": "Equipe"}})

    def speaker(**more: str) -> Publisher | None:
        blog = WordPressOptions(kind="wordpress", url="https://carnet.example", **more)
        return build(config.model_copy(update={"brands": (brand,), "sources": {"blog": blog}})).of(BRAND, "wordpress")

    assert speaker(username="equipe").account == "equipe"
    assert speaker() is None


def test_a_brand_without_an_account_does_not_speak():
    config = configuration()
    brand = config.brands[0].model_copy(update={"accounts": {}})
    assert build(config.model_copy(update={"brands": (brand,)})).of(BRAND, "sandbox") is None


def test_the_name_of_a_network_nobody_described_is_its_own():
    publishers = build(configuration())
    assert publishers.label("sandbox") == "Place publique"
    assert publishers.label("elsewhere") == "elsewhere"
