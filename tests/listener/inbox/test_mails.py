"""Mails as services write them, and as nobody should; the results they name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.inbox.digest import network_of, notice, results
from listener.inbox.mails import read_mail

GOOGLE = """\
<html><body><table><tr><td>Google Alert - aeroplouf</td></tr>
<tr itemscope><td><a
href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://journal.example/a/vol-annule-lyon-porto&amp;ct=ga">
<b>Aéroplouf</b> annule un vol</a><div>Le Journal</div>
<div>Le vol d'<b>Aéroplouf</b> vers Porto est annulé&nbsp;...</div>
<p><a href="https://www.google.com/alerts/share?ru=https://journal.example/a">Facebook</a>
<a href="https://www.google.com/alerts/feedback?x=1">Signaler comme non pertinent</a></p></td></tr>
<tr><td><a href="https://www.google.com/url?sa=t&amp;url=https://blog.example/mon-vol-de-noel&amp;ct=ga">Mon vol</a>
<div>Aéroplouf m'a perdue</div></td></tr>
<tr><td><a
href="https://www.google.com/url?sa=t&amp;url=https://blog.example/mon-vol-de-noel&amp;ct=ga"><img></a></td></tr>
<tr><td><a href="https://www.google.com/alerts/remove?s=x">Se désabonner</a></td></tr></table></body></html>"""
F5BOT = """Keyword: "aeroplouf"

  Reddit Comments (/r/voyages/): 'Perdue à Porto' by lea
    https://f5bot.example/url?u=https%3A%2F%2Fwww.forum.example%2Fr%2Fvoyages%2Fcomments%2Fabc&i=1&h=2
    Aéroplouf m'a laissée là

  Reddit Posts (/r/voyages/): 'Aéroplouf ?' by max
    https://f5bot.example/url?u=https%3A%2F%2Fwww.forum.example%2Fr%2Fvoyages%2Fcomments%2Fdef&i=1&h=2

Unsubscribe: https://f5bot.example/settings
"""


def mail(body: str, kind: str = "text/plain", headers: str = "", charset: str = "utf-8") -> bytes:
    head = "From: Alertes <a@alertes.example>\nSubject: =?utf-8?q?A=C3=A9roplouf?=\nContent-Transfer-Encoding: 8bit\n"
    return f"{head}Content-Type: {kind}; charset={charset}\n{headers}\n".encode() + body.encode(charset)


def test_an_alert_is_one_result_a_page_without_what_surrounds_it() -> None:
    first, second = results(read_mail(mail(GOOGLE, "text/html")))
    assert first.url == "https://journal.example/a/vol-annule-lyon-porto"
    assert first.title == "Aéroplouf annule un vol"
    assert first.text == "Le Journal\nLe vol d'Aéroplouf vers Porto est annulé\xa0..."
    assert (second.title, second.text) == ("Mon vol", "Aéroplouf m'a perdue")


def test_an_alert_in_plain_text() -> None:
    first, second = results(read_mail(mail(F5BOT)))
    assert first.url == "https://www.forum.example/r/voyages/comments/abc"
    assert first.text == "Aéroplouf m'a laissée là"
    assert second.title == "Reddit Posts (/r/voyages/): 'Aéroplouf ?' by max"


def test_results_that_share_one_element_keep_their_words() -> None:
    url = "https://a.example/url?url=https://b.example/"
    html = f'<div><a href="{url}un">Un</a> dit ceci<br><a href="{url}deux">Deux</a> dit <i>cela</i></div>'
    assert [one.text for one in results(read_mail(mail(html, "text/html")))] == ["Un dit ceci", "Deux dit cela"]


def test_a_notice_is_one_message() -> None:
    links = '<a href="https://x.example/logo">x</a><a href="https://fr.trustpilot.com/reviews/1">Voir</a>'
    html = f"<p>★★☆☆☆ Trop cher</p>{links}"
    said = notice(read_mail(mail(html, "text/html")))
    assert results(read_mail(mail(html, "text/html"))) == []
    assert said.url == "https://fr.trustpilot.com/reviews/1"
    assert said.text.startswith("★★☆☆☆ Trop cher")


@pytest.mark.parametrize(
    ("url", "network"),
    [
        ("https://fr-fr.facebook.com/p/1", "facebook"),
        ("https://youtu.be/x", "youtube"),
        ("https://play.google.com/store", "google-play"),
        ("https://notfacebook.com/", "web"),
        ("", "web"),
    ],
)
def test_a_page_tells_its_network(url: str, network: str) -> None:
    assert network_of(url) == network


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252", "utf-16"])
def test_charsets(charset: str) -> None:
    assert read_mail(mail("dégoûtée", charset=charset)).text == "dégoûtée"


@pytest.mark.parametrize("named", ["x-nobody-knows", "us-ascii", "utf-8", ""])
def test_a_wrong_charset_costs_nothing(named: str) -> None:
    raw = f"From: a@alertes.example\nContent-Type: text/plain; charset={named}\n\n".encode() + "dégoûtée".encode(
        "cp1252"
    )
    assert read_mail(raw).text == "dégoûtée"


@pytest.mark.parametrize(
    ("written", "believed"),
    [
        ("a@alertes.example", True),
        ("Alertes <A@Alertes.example>", True),
        ('"a@alertes.example" <a@mechant.example>', False),
        ("a@alertes.example, b@mechant.example", False),
        ("a@alertes.example.mechant.example", False),
        ("a@sous.alertes.example", False),
        ("", False),
    ],
)
def test_only_listed_senders_are_believed(written: str, believed: bool) -> None:  # noqa: FBT001 - what is expected
    read = read_mail(f"From: {written}\nSubject: x\n\nx".encode())
    assert read.is_from(["@alertes.example"]) is believed


def test_two_from_headers_are_nobody() -> None:
    assert not read_mail(b"From: a@alertes.example\nFrom: b@mechant.example\n\nx").is_from(["@alertes.example"])


@pytest.mark.parametrize(
    ("result", "good"),
    [
        ("mx.example; spf=pass; dkim=pass (2048) header.d=alertes.example header.s=x", True),
        ("mx.example; dkim=pass header.i=@alertes.example", True),
        ("mx.example 1; dmarc=pass (p=reject) header.from=alertes.example", True),
        ("mx.example; dkim=fail header.d=alertes.example", False),
        ("mx.example; dkim=pass header.d=mechant.example", False),
        ("mx.example; dkim=pass header.d=mechantalertes.example", False),
        ("mx.mechant.example; dkim=pass header.d=alertes.example", False),
        ("mx.example; dkim=none (dkim=pass header.d=alertes.example)", False),
        ("", False),
    ],
)
def test_who_vouches(result: str, good: bool) -> None:  # noqa: FBT001 - what is expected
    raw = mail("x", headers=f"Authentication-Results: {result}\n")
    assert read_mail(raw).is_vouched_for("mx.example") is good


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_read(head: bytes, body: bytes) -> None:
    read = read_mail(b"From: " + head + b"\nContent-Type: text/html; charset=" + head[:9] + b"\n\n" + body)
    results(read)
    notice(read)
