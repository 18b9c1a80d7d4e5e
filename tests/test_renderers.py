"""Cards become HTML and plain text; nothing that is written in a card becomes markup or a command."""

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.printable import in_one_direction, printable
from adapters.text import WIDTH, render_text
from adapters.web.html import render_html, render_said
from bot.card import Button, Buttons, Card, Document, Facts, Progress, Quote, Text, buttons_of
from tests.gallery import ANSWER, BULLETS, CONTROLS, EVERY_ELEMENT, GALLERY, LONG, MARKUP

# Drawn often: what ends a tag, an attribute, an entity or a comment; what a terminal or a browser obeys.
nasty = st.sampled_from(
    [
        "<script>",
        "</p>",
        '"',
        "'",
        "`",
        "&lt;",
        "&#60;",
        "<!--",
        "-->",
        "]]>",
        "\x00",
        "\x1b[2J",
        "\u202e",
        "\u2069",
        "\ud800",
        "\r\n",
        "\u2028",
        " onload=x ",
        "javascript:",
        "<",
        ">",
        "&",
        "=",
    ]
)
strings = st.lists(st.text(st.characters(codec=None), max_size=12) | nasty, max_size=6).map("".join)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Draw a card with every element, each string of it nasty."""
    return Card(
        id=draw(strings),
        title="t" + draw(strings),
        elements=(
            Text(draw(strings)),
            Quote(draw(strings), draw(strings)),
            Facts(((draw(strings), draw(strings)),)),
            Progress(1, 2),
            Buttons((Button(draw(strings), draw(strings), "danger"),)),
            Document(draw(strings), draw(strings)),
        ),
        summary=draw(strings),
    )


class Shape(HTMLParser):
    """What a browser makes of HTML: its tags with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: dict[str, str | None] = {}
        self.other: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.values.update(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(("/" + tag, ()))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


PLAIN = Card(
    "x",
    "x",
    (
        Text("x"),
        Quote("x", "x"),
        Facts((("x", "x"),)),
        Progress(1, 2),
        Buttons((Button("x", "x"),)),
        Document("x", "x"),
    ),
)


@given(cards())
def test_no_string_of_a_card_makes_a_tag_or_an_attribute_of_its_own(card: Card) -> None:
    shape = Shape(render_html(card))
    assert shape.tags == Shape(render_html(PLAIN)).tags
    assert shape.other == []


@given(cards())
def test_the_html_shows_every_string_as_it_was_written(card: Card) -> None:
    text, quote, facts, _progress, buttons, document = card.elements
    assert isinstance(text, Text)
    assert isinstance(quote, Quote)
    assert isinstance(facts, Facts)
    assert isinstance(buttons, Buttons)
    assert isinstance(document, Document)
    written = [
        card.title,
        text.text,
        quote.text,
        quote.source,
        *facts.rows[0],
        "Step 1 of 2",
        buttons.buttons[0].label,
        document.label,
    ]
    assert Shape(render_html(card)).text == "".join(map(printable, written))


@given(strings)
def test_an_action_comes_back_from_the_page_letter_by_letter(action: str) -> None:
    shape = Shape(render_html(Card("c", "t", (Buttons((Button("b", action),)),))))
    assert shape.values["data-action"] == action


@given(strings)
def test_the_link_to_a_document_stays_below_its_own_address(document: str) -> None:
    shape = Shape(render_html(Card("c", "t", (Document("d", f"certificate:{document}"),))))
    address = shape.values["href"]
    assert address is not None
    assert re.fullmatch(r"/document/[A-Za-z0-9_.~%-]*", address)


@given(strings)
def test_what_someone_said_is_one_paragraph_of_text(said: str) -> None:
    shape = Shape(render_said(said))
    assert shape.tags == [("p", ("dir",)), ("/p", ())]
    assert shape.text == printable(said)


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_every_block_that_holds_text_isolates_its_writing_direction(card: Card) -> None:
    blocks = {"h3", "p", "blockquote", "figcaption", "dt", "dd", "button", "a"}
    bare = [tag for tag, names in Shape(render_html(card)).tags if tag in blocks and "dir" not in names]
    assert bare in ([], ["p"])  # the step count of a progress has words of ours only
    assert (bare == ["p"]) == any(isinstance(element, Progress) for element in card.elements)


@given(cards())
def test_plain_text_has_nothing_that_a_terminal_obeys(card: Card) -> None:
    shown = render_text(card)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert in_one_direction(shown) == shown


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_plain_text_fits_the_terminal_unless_a_single_word_does_not(card: Card) -> None:
    for line in render_text(card).splitlines():
        longest_word = max(map(len, line.split()), default=0)
        assert len(line) <= WIDTH or longest_word > WIDTH - len("  |    ")


def test_a_clause_of_5000_characters_is_never_cut() -> None:
    clause = LONG.elements[0]
    assert isinstance(clause, Quote)
    assert len(clause.text) > 4900
    assert clause.text in render_html(LONG)
    assert (
        clause.text.split()
        == render_text(Card("c", "", (Quote(clause.text, ""),))).replace("  | ", " ").split()
    )


def test_the_bullets_of_a_clause_keep_their_own_lines() -> None:
    assert "\n- on-line gambling\n- downloading music.</blockquote>" in render_html(BULLETS)
    assert "\n  | - on-line gambling\n  | - downloading music.\n" in render_text(BULLETS)


def test_every_element_stands_on_lines_of_its_own_in_plain_text() -> None:
    assert render_text(EVERY_ELEMENT) == (
        "Your induction\n\n"
        "First paragraph.\nIts second line.\n\n"
        "Step 2 of 5\n\n"
        "  | A clause, word for word.\n  | -- Clause 1.1, a policy\n\n"
        "  Person: a volunteer\n  Began: 3 March 2026\n\n"
        "  [1] Go on\n  [2] Later\n  [3] Stop\n\n"
        "  Your certificate (PDF)\n"
        "    hearth induction certificate 3f9a7c1b5d2e4f60a1b2c3d4e5f60718"
    )


def test_buttons_are_numbered_on_over_several_cards_in_the_order_of_buttons_of() -> None:
    assert [button.action for button in buttons_of(ANSWER)] == ["clause:4.3", "miss:q1", "person:q1"]
    assert "[4] Show the whole clause\n  [5] Not what I asked\n  [6] Ask the manager" in render_text(
        ANSWER, 4
    )


def test_escape_sequences_of_a_card_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in render_text(CONTROLS)
    assert "Bell\ufffd and \ufffd[31mred\ufffd[0m" in render_text(CONTROLS)


def test_markup_in_a_card_is_shown_as_text() -> None:
    html = render_html(MARKUP)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;window.hacked = true&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in html


def test_a_card_says_nothing_with_an_element_that_is_empty() -> None:
    assert render_html(Card("c", "", (Facts(()), Buttons(())))) == '<article class="card"></article>'
    assert render_text(Card("c", "", (Facts(()), Buttons(())))) == ""
