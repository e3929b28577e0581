"""HTML to the text a person reads."""

import time

import pytest

from listener.html import read_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("Sans balise\nen deux lignes", "Sans balise\nen deux lignes"),
        ("5 < 7 &amp; 8 > 3", "5 < 7 & 8 > 3"),
        ("<p>Un</p><p>Deux</p>", "Un\nDeux"),
        ("Un<br>Deux<br/><br />Trois", "Un\nDeux\nTrois"),
        ("<ul><li>un<li>deux</ul>fin", "un\ndeux\nfin"),
        ("<p>Retour\nà la\tligne   et   espaces</p>", "Retour à la ligne et espaces"),
        ("<p>Prix&nbsp;: 30&#160;€</p>", "Prix\u00a0: 30\u00a0€"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("a<script>b</script><style>c</style><!-- d --><template>e</template>f", "af"),
        ("<p>Vu <img alt='un avion' src=x> et <img src=y></p>", "Vu un avion et"),
        ("<b>gras</b><i>maigre</i>", "grasmaigre"),
        ("&lt;p&gt;échappé&lt;/p&gt;", "échappé"),
        ("<p>non fermé <b>du tout", "non fermé du tout"),
        ("<svg><text>dessin</text></svg>reste", "reste"),
        ("<h1>Titre</h1>texte", "Titre\ntexte"),
        ("<html><head><title>T</title></head><body>corps</body></html>", "corps"),
        ("<p>a</p>\n\n\n<p>b</p>", "a\nb"),
    ],
)
def test_text(markup: str, text: str) -> None:
    assert read_html(markup).text == text


def test_links_are_absolute_http_and_named_once() -> None:
    markup = (
        "<a href='/a'>1</a><a href='https://b.example/'>2</a><a href='/a'>3</a><a href='javascript:x'>4</a>"
        "<a href='mailto:a@b.example'>5</a><a>6</a><a href='http://[bad'>7</a><a href=''>8</a>"
    )
    assert read_html(markup, "https://blog.example/x/").links == ("https://blog.example/a", "https://b.example/")


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 100_000, "<b>" * 100_000, "<" * 500_000, "<!--" * 200_000, "<a" * 200_000, "<a href=x>" * 50_000,
     "<p>" * 50_000, "&lt;div&gt;" * 100_000, "&amp;" * 200_000],
    ids=lambda markup: markup[:8],
)  # fmt: skip
def test_hostile_markup_costs_little(markup: str) -> None:
    start = time.monotonic()
    read_html(markup, "https://blog.example/")
    assert time.monotonic() - start < 3
