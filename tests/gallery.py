"""Cards with every element and with whatever people and policies may put into them."""

from bot.card import Button, Buttons, Card, Document, Facts, Progress, Quote, Text

POLICY = "ICT and Social Networking policy, adopted November 2013, version 5f2c91aa"

ANSWER = Card(
    "answer-1",
    "No, not while Home-Start supports the family.",
    (
        Quote(
            "Volunteers do not add any Home-Start supported family as a facebook/social network friend "
            "during the period of their support by the scheme.",
            f"Clause 4.3, {POLICY}",
        ),
        Text("Once support has ended, this changes: you and the family may then choose for yourselves."),
        Quote(
            "Once support to a family has ended, the volunteer and family may choose to continue their "
            "relationships as friends and to meet and communicate through social networking sites. This is a "
            "private arrangement and outside the Home-Start service.",
            f"Clause 4.4, {POLICY}",
        ),
        Text("This policy was due for review in November 2019. Ask the manager whether it still stands."),
        Buttons(
            (
                Button("Show the whole clause", "clause:4.3"),
                Button("Not what I asked", "miss:q1"),
                Button("Ask the manager", "person:q1"),
            )
        ),
    ),
)

ASK_BACK = Card(
    "ask-1",
    "It depends: has the support ended?",
    (
        Text("What you may do is different during the support and after it."),
        Buttons(
            (
                Button("Yes, it has ended", "fact:ended:yes", "primary"),
                Button("No, we still support them", "fact:ended:no"),
                Button("I don't know", "fact:ended:unknown"),
            )
        ),
    ),
)

BULLETS = Card(
    "answer-2",
    "No, unless your manager has authorised it.",
    (
        Quote(
            "Home-Start will not tolerate the use of the system for any of the following:\n"
            "- sending any message that could constitute bullying or harassment\n"
            "- personal use (except where such use has been authorised by the employee's manager)\n"
            "- on-line gambling\n- downloading music.",
            f"Clause 2.6, {POLICY}",
        ),
        Facts((("Applies to", "everyone who uses the system"), ("Verdict", "not allowed"))),
    ),
)

EVERY_ELEMENT = Card(
    "every",
    "Your induction",
    (
        Text("First paragraph.\nIts second line."),
        Progress(2, 5),
        Quote("A clause, word for word.", "Clause 1.1, a policy"),
        Facts((("Person", "a volunteer"), ("Began", "3 March 2026"))),
        Buttons(
            (Button("Go on", "go", "primary"), Button("Later", "later"), Button("Stop", "stop", "danger"))
        ),
        Document("Your certificate (PDF)", "certificate:3f9a7c1b5d2e4f60a1b2c3d4e5f60718"),
    ),
    summary="You have a private item.",
)

MARKUP = Card(
    "markup",
    "<script>window.hacked = true</script> & <b>bold</b>",
    (
        Text('<img src=x onerror="window.hacked = true"> </p></article><h1>Out</h1> <!-- comment'),
        Text("*bold* _italic_ ~gone~ `code` <@U123> <!channel> <https://example.org|click> &amp; &lt;b&gt;"),
        Quote(
            "]]> <svg/onload=alert(1)> {{7*7}} ${7*7} $organisation",
            "</figcaption><a href='javascript:alert(1)'>x</a>",
        ),
        Facts((("<dt>", '"><script>window.hacked = true</script>'), ("' onclick='x", "`"))),
        Buttons(
            (
                Button("<i>Press</i>", '" autofocus onfocus="window.hacked = true" x="'),
                Button("&quot;", "'x'"),
            )
        ),
        Document("<u>Document</u>", "certificate:'/\"><script>window.hacked = true</script>"),
    ),
)

DIRECTIONS = Card(
    "directions",
    "\u202egnorts\u202c and \u2067\u05e9\u05dc\u05d5\u05dd",
    (
        Text("unclosed \u202e override, lone \u2069 pop, \u200fmark\u200f, zero\u200bwidth, \ufeffbom"),
        Quote("\u0627\u0644\u0639\u0631\u0628\u064a\u0629 and English 123", "\u202eClause\u202c 4.3"),
        Facts((("\u2067name", "value\u2066"),)),
        Buttons((Button("\u202eoK", "ok"),)),
    ),
)

CONTROLS = Card(
    "controls",
    "Bell\x07 and \x1b[31mred\x1b[0m",
    (
        Text(
            "nul\x00 tab\tstop\r\nnew line\rold line \x9b2J \ud800 lone, \x85 next, \u2028 line, \u00a0 space"
        ),
        Facts((("key\x1b]0;title\x07", "value\x7f"),)),
    ),
)

LONG = Card(
    "long",
    "A long title " + "that goes on and on " * 12,
    (
        Quote(
            ("All of this belongs to one clause and is never cut. " * 100)[:5000].strip(),
            f"Clause 9.9, {POLICY}",
        ),
        Text("Donaudampfschifffahrtsgesellschaft" * 12 + " https://example.org/" + "a" * 300),
        Facts((("A-label-without-a-break-" * 6, "a_value_without_a_break_" * 12),)),
        Buttons(
            (
                Button("A label that is much longer than a label ought to be, " * 4, "long"),
                Button("W" * 120, "w"),
            )
        ),
    ),
)

SYMBOLS = Card(
    "symbols",
    "👩‍👩‍👧 ok? 🇬🇧 Ünïcödé e\u0301 ﬁ ① ½",
    (Text("🙏"), Facts((("👍", "👎"),)), Buttons((Button("😀", "smile"),))),
)

BARE = Card("bare", "Only a title")
UNTITLED = Card("untitled", "", (Text("Only a text."), Facts(()), Buttons(())))

OPEN_ENDED = Card("open-ended", "Proposing a post", (Progress(7, None), Text("Who else?")))
GALLERY: tuple[Card, ...] = (
    ANSWER,
    ASK_BACK,
    BULLETS,
    EVERY_ELEMENT,
    MARKUP,
    DIRECTIONS,
    CONTROLS,
    LONG,
    SYMBOLS,
    BARE,
    UNTITLED,
    OPEN_ENDED,
)
