"""Answer -> Card: plain words first, then the clauses word for word, then what would change it."""

from datetime import date

from bot.card import Button, Buttons, Card, Element, Quote, Text
from knowledge.answers import Answer, AskBack, Citation, says_yes_or_no
from knowledge.clauses import Clause, Policy
from knowledge.pack import ASK_ROLE, ASK_WHOM, Pack, Verdict
from knowledge.reading import TURNED

TITLES: dict[Verdict, str] = {
    "allowed": "The policy allows this",
    "not_allowed": "The policy does not allow this",
    "required": "The policy requires this",
    "depends": "It depends",
    "info": "What the policy says",
    "silent": "The policy does not say",
}
PERSON = Button("Ask a person", "person")
OTHER = Button("Not what I asked", "other")
_ROLE_ACTIONS = ("role:volunteer", "role:staff", "role:trustee")
_WHOM_VALUES = ("family", "volunteer", "staff", "trustee")
_FACT_VALUES = ("y", "n", "?")


def answer_card(card_id: str, answer: Answer, policy: Policy, pack: Pack, today: date) -> Card:
    """Return the card that tells an answer; `today` decides whether a review is overdue."""
    elements: list[Element] = [Text(answer.say)]
    if len(answer.roles) > 1 and answer.reading.who == "self":
        roles = " and ".join(answer.roles)
        elements.append(Text(f"You are {roles}: of the rules for both, this is the stricter."))
    elements += [_quote(citation) for citation in answer.citations]
    if answer.reading.act == "why" and answer.why:
        elements.append(Text("The policy gives its reason here:"))
        elements += [_quote(citation) for citation in answer.why]
    if answer.verdict == "silent" and answer.near:
        elements.append(Text("The nearest that the policy comes, which does not decide it:"))
        elements += [_quote(citation) for citation in answer.near]
    if answer.ask:
        elements += [Text(answer.ask.words), _options(card_id, answer.ask)]
    if answer.change:
        elements.append(Text(answer.change))
    if answer.verdict in ("silent", "depends"):
        elements.append(Text(f"If you are not sure, ask {pack.manager} before you do it."))
    elements += [Text(f"Note: {note}") for note in answer.notes]
    elements += [Text(note) for note in _standing(policy, pack, today)]
    if answer.taken:
        elements.append(Text(f"I took it that: {' '.join(answer.taken)}"))
    wrong = (Button("That is not so", f"forget:{card_id}"),) if answer.taken else ()
    helpful = Button("That helped", f"helpful:y:{card_id}"), Button("It did not", f"helpful:n:{card_id}")
    elements.append(Buttons((*wrong, OTHER, PERSON, *helpful)))
    return Card(card_id, _title(answer), tuple(elements))


def _title(answer: Answer) -> str:
    """Return the verdict in words; of the act turned round, allowing and forbidding would say too much."""
    turned = answer.reading.form in TURNED and not says_yes_or_no(answer.say)
    too_much = turned and answer.verdict in ("allowed", "not_allowed")
    return TITLES["info" if too_much else answer.verdict]


def _quote(citation: Citation) -> Quote:
    return Quote(citation.clause.text, source(citation))


def source_of(clause: Clause, policy: Policy) -> str:
    """Return where a clause stands: its number, policy, when adopted, version."""
    return source(Citation(clause, policy.title, policy.version, policy.adopted))


def source(citation: Citation) -> str:
    """Return where a citation stands: its clause's number, policy, when adopted, version."""
    return f"{place_of(citation.clause)}, {edition(citation.policy, citation.version, citation.adopted)}"


def place_of(clause: Clause) -> str:
    """Return where a clause stands within its policy."""
    where = clause.headings[-1] if clause.headings else "the sign-off"
    return f"Clause {clause.id}" if clause.marker else f"From {where}"


def edition(policy: str, version: str, adopted: date | None) -> str:
    """Return a policy's title with when it was adopted, and its version."""
    since = f", adopted {adopted:%B %Y}" if adopted else ""
    return f"{policy}{since} (version {version[:8]})"


def _options(card_id: str, ask: AskBack) -> Buttons:
    if ask.fact == ASK_ROLE:
        actions: tuple[str, ...] = _ROLE_ACTIONS
    else:
        values = ask.values or (_WHOM_VALUES if ask.fact == ASK_WHOM else _FACT_VALUES)
        actions = tuple(f"settle:{ask.fact}:{value}:{card_id}" for value in values)
    return Buttons(tuple(Button(label, action) for label, action in zip(ask.options, actions, strict=True)))


def _standing(policy: Policy, pack: Pack, today: date) -> list[str]:
    """Return what must be known of the policy itself beside an answer from it."""
    notes = []
    if policy.review_due and policy.review_due < today:
        notes.append(f"This policy was due for review in {policy.review_due:%B %Y}.")
    if not pack.reviewed:
        notes.append("Nobody has yet reviewed how I read this policy: take the quotation, not my words.")
    return notes
