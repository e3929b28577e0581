import pytest

from models.network import NETWORKS
from models.reach import ENOUGH, FORMULAS, PER_REPOST, Usual, reach, yardstick


@pytest.mark.parametrize(
    ("network", "followers", "reposts", "views", "people"),
    [
        ("mastodon", 1_240, 7, None, 1_240 + 7 * PER_REPOST),
        ("mastodon", 1_240, None, None, 1_240),
        ("mastodon", None, 50, None, None),  # reposts of nobody knows whom
        ("mastodon", 0, 0, None, 0),  # known, and nobody
        ("x", 2_000_000, 0, 12, 2_000_000),  # a fresh post of a great account
        ("x", 40, 3, 900_000, 900_000),
        ("x", None, 3, 5_000, 5_000),
        ("x", None, None, None, None),
        ("rss", 500, 10, None, None),
        ("wordpress", None, None, 80, 80),
        ("elsewhere", 10, 1, None, 10 + PER_REPOST),
    ],
)
def test_formulas(network: str, followers: int, reposts: int, views: int, people: int | None) -> None:
    assert reach(network, followers=followers, reposts=reposts, views=views) == people


def test_every_network_has_a_formula() -> None:
    assert {"rss", "export", "sandbox", "wordpress"} <= set(FORMULAS)
    assert [formula.source for formula in FORMULAS.values() if not formula.source] == []
    assert all(reach(network, followers=None, reposts=None, views=None) is None for network in NETWORKS)


def test_a_quantile_counts_half_of_the_equals() -> None:
    usual = Usual.of([*range(100), None, None])
    assert usual.is_told
    middle = usual.standing(49)
    assert middle is not None
    assert middle.quantile == pytest.approx(0.495)
    assert middle.times == pytest.approx(49 / 49.5)
    assert [stands.quantile for count in (0, 1_000) if (stands := usual.standing(count))] == [0.005, 1.0]
    same = Usual.of([7] * ENOUGH).standing(7)
    assert same is not None
    assert (same.quantile, same.times) == (0.5, 1.0)
    assert usual.standing(None) is None


def test_too_few_to_compare_with() -> None:
    usual = Usual.of([*range(ENOUGH - 1), None])
    stands = usual.standing(100_000)
    assert stands is not None
    assert (stands.quantile, stands.times) == (yardstick(100_000), None)
    assert usual.standing(None) is None


def test_a_brand_that_nobody_hears_has_no_division_by_zero() -> None:
    stands = Usual.of([0] * ENOUGH).standing(50)
    assert stands is not None
    assert (stands.quantile, stands.times) == (1.0, 50.0)


def test_the_yardstick() -> None:
    assert [round(yardstick(count), 2) for count in (0, 10, 1_000, 100_000, 10**6, 10**9)] == [0, 0, 0.4, 0.8, 1, 1]
