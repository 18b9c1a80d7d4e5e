"""What is said about posts: to their authors, and to whoever approves them."""

from collections.abc import Sequence

from bot import days, officers
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases import casebook, content_consents, content_down, offers, officer_cards, stages
from bot.cases.complaint_dates import day_of
from bot.cases.form import Answers, private
from bot.cases.quoting import POSTS, quotes
from bot.records.tables import Case, Officer
from bot.visit import Visit

TEXT, PICTURE, WHERE = "text", "picture", content_down.WHERE


def intro(visit: Visit, *, own: bool) -> Card:
    """Return what happens with a post that is proposed; `own` where the manager herself proposes it."""
    who = (
        "Your own post is approved by the deputy, or else by the chair; that this is not what clause 1.2 "
        "says is put on record."
        if own
        else "It then goes to the manager, who approves it, asks for changes, or declines it with a reason."
    )
    return Card(
        visit.card_id,
        "Proposing a post",
        (
            Text("Would you like to propose a post? Nothing is recorded until you begin."),
            Text(
                "I ask for the text, the picture and where it shall go, and for the consent of everyone who "
                f"can be seen: for a child, a parent's or carer's. {who}"
            ),
            *quotes(visit, POSTS),
            Buttons(
                (
                    Button("Propose it", "case:start:content", "primary"),
                    Button("No, thank you", "case:leave"),
                )
            ),
        ),
        "Proposing a post",
    )


def receipt(visit: Visit, case: Case, officer: Officer) -> Card:
    """Return that a post was sent to whoever approves it, and by when it is decided."""
    name = officers.contact(visit.change.records, officer).name
    elements: list[Element] = [
        Text(f"It has gone to {name}. Please do not put it online before it is approved."),
        Facts((("Number", case.number),)),
    ]
    if case.due_at is not None:
        elements.append(Text(f"It is decided by {days.in_words(day_of(visit.rules, case.due_at))}."))
    if rings := offers.ring(visit.change, officer):
        elements.append(Text(rings))
    deviation = casebook.entries(visit.change, case, "deviation")
    elements += [Text(f"{text} This is put on record.") for _, text in deviation]
    lacking = _lacking(visit, case)
    if lacking:
        said = f"It cannot be approved as long as a consent is missing. {'; '.join(lacking)}."
        elements.append(Text(f"{said} Once you have it, press “Change it”."))
    elements.append(of_author(case))
    return private(visit.card_id, case.number, "Your post is proposed", *elements)


def of_author(case: Case, *, published: bool = False) -> Buttons:
    """Return what the author of a post can do with it."""
    ways = []
    if case.stage == stages.DRAFT:
        ways.append(Button("Change it", f"case:resume:{case.id}", "primary"))
    elif case.stage not in stages.OVER:
        ways += [
            Button("Add something", f"case:add:{case.id}"),
            Button("Change it", f"case:rewrite:{case.id}"),
        ]
    if published or case.stage not in (stages.DRAFT, *stages.OVER):
        ways.append(Button("Report a withdrawn consent", f"case:consents:{case.id}"))
    if case.stage not in stages.OVER:
        ways.append(Button("Withdraw it", f"case:withdraw:{case.id}", "danger"))
    return Buttons(tuple(ways))


def for_author(visit: Visit, case: Case) -> Sequence[Element]:
    """Return how the consents of a post stand, and what its author can do with it."""
    lacking = _lacking(visit, case)
    elements: list[Element] = [Text(f"A consent is missing. {'; '.join(lacking)}.")] if lacking else []
    published = bool(casebook.entries(visit.change, case, content_down.PUBLISHED))
    buttons = of_author(case, published=published)
    return [*elements, *([buttons] if buttons.buttons else [])]


def told(visit: Visit, case: Case, given: Answers) -> Sequence[Element]:
    """Return a post as whoever approves it sees it, with every consent and what the policy says."""
    rows = [("Text", given.get(TEXT, "")), ("Where", content_down.where(visit.rules, given.get(WHERE, "")))]
    today = content_down.today(visit.change, visit.rules)
    for consent in content_consents.current(visit.change, case):
        name = content_consents.who(visit.change, consent)
        kind = "child" if consent.child else "adult"
        rows.append((f"{name} ({kind})", content_consents.told(visit.change, consent, today)))
    if not content_consents.current(visit.change, case):
        rows.append(("Who can be seen or is named", "nobody, as its author says"))
    elements: list[Element] = [Facts(tuple(rows)), *quotes(visit, POSTS)]
    if may_report(visit, case):
        elements.append(Buttons((Button("Report a withdrawn consent", f"case:consents:{case.id}"),)))
    return elements


def may_report(visit: Visit, case: Case) -> bool:
    """Say whether whoever sees to a post may say that a consent of it was withdrawn."""
    there = content_consents.current(visit.change, case)
    return case.owner == visit.person.id and bool(there) and case.stage != stages.DRAFT


def owners(visit: Visit, case: Case, said: str) -> Card:
    """Return a post, or its take-down, as its owner sees it."""
    return officer_cards.case_card(visit, case, said)


def approved(visit: Visit, case: Case, officer: Officer) -> Card:
    """Return that a post is approved."""
    name = officers.contact(visit.change.records, officer).name
    said = Text(f"{name} has approved it, as it stands, and sees to it that it is put online.")
    later = Text("If you change it now, it must be approved again.")
    return private(
        f"{visit.card_id}.author", case.number, f"{case.number} is approved", said, later, of_author(case)
    )


def published(visit: Visit, case: Case) -> Card:
    """Return that a post is online, and what to do where someone takes back consent."""
    said = Text("It is online. If someone who can be seen takes back their consent, please tell me at once.")
    return private(
        f"{visit.card_id}.author",
        case.number,
        f"{case.number} is online",
        said,
        of_author(case, published=True),
    )


def taken_back(visit: Visit, case: Case, *, was_approved: bool) -> Card:
    """Return that an author changes a post; it is not to be put online."""
    said = "Its author is changing it. It comes to you anew once it is sent."
    void = (Text("Your approval of it counts no more: please do not put it online."),) if was_approved else ()
    title = f"{case.number} is being changed"
    return private(f"{visit.card_id}.owner", case.number, title, *void, Text(said))


def which_consent(visit: Visit, case: Case) -> Card:
    """Return the consents of a post to choose from."""
    there = [one for one in content_consents.current(visit.change, case) if one.withdrawn_at is None]
    buttons = tuple(
        Button(content_consents.who(visit.change, one), f"case:unconsent:{case.id}:{one.id}") for one in there
    )
    if not buttons:
        nobody = Text("No consent is on record there that could be withdrawn.")
        return private(visit.card_id, case.number, f"Consents, {case.number}", nobody)
    said = Text("Whose consent was withdrawn? What is online then comes down by the next working day.")
    return private(visit.card_id, case.number, f"Consents, {case.number}", said, Buttons(buttons))


def withdrawn(visit: Visit, case: Case, down: Case | None) -> Card:
    """Return what follows from a consent that was withdrawn."""
    if down is None or down.due_at is None:
        said = "It is noted. The post cannot go out without it."
    else:
        by = days.in_words(day_of(visit.rules, down.due_at), days.WEEKDAY)
        said = f"It is noted. The post is to be taken down by {by}; that is {down.number}."
    return private(visit.card_id, case.number, f"Consent withdrawn, {case.number}", Text(said))


def consent_gone(visit: Visit, case: Case) -> Card:
    """Return to whoever decides on a post that a consent was withdrawn."""
    opens = Buttons((Button("Open it", f"case:show:{case.id}", "primary"),))
    said = Text("A consent was withdrawn. It cannot be approved as it is.")
    return private(f"{visit.card_id}.owner", case.number, f"About {case.number}", said, opens)


def is_down(visit: Visit, post: Case) -> Card:
    """Return to an author that her post is offline."""
    said = Text("It was taken down, since a consent was withdrawn or has run out.")
    return private(f"{visit.card_id}.author", post.number, f"{post.number} is offline", said)


def _lacking(visit: Visit, case: Case) -> Sequence[str]:
    today = content_down.today(visit.change, visit.rules)
    return content_consents.lacking(visit.change, case, today)
