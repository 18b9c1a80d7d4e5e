"""`hearth check`: what is configured and what is missing, all of it at once."""

import argparse
import asyncio
from collections.abc import Callable, Sequence

from adapters import main as wiring
from adapters.output import one_line, say
from adapters.settings import Settings, SettingsError, unknown_names
from bot import upkeep
from bot.message import Message
from knowledge.pack import PackError
from knowledge.pack_check import faults


class Incomplete(Exception):  # noqa: N818 - reads as what was found
    """Something is missing or unusable; the message names each part."""


def check(served: Sequence[Settings], given: argparse.Namespace) -> None:
    """Print a line for each part that the assistant needs; raise Incomplete where one does not work.

    Where several organisations are served, each has all lines, below its id.
    """
    missing = [
        f"{settings.organisation} {name}".strip() for settings in served for name in _lacking(settings)
    ]
    if given.of is None and not any(name.endswith("records") for name in missing):
        _say_who_is_not_served(served)
    if missing:
        raise Incomplete(f"Not in order: {', '.join(missing)}. The lines above say what to do.")


def _lacking(settings: Settings) -> list[str]:
    """Print the lines of one organisation, and return the parts that do not work."""
    if settings.organisation:
        say(f"{settings.organisation}:")
    reasons: set[str] = set()
    missing = [name for name, part in _PARTS.items() if not _works(settings, name, part, reasons)]
    _say("ok", "network", _what_leaves(settings))
    return missing


def _say_who_is_not_served(served: Sequence[Settings]) -> None:
    """Name the organisations whose records are kept and which no server serves: nothing of them is let go."""
    from sqlalchemy import select

    from bot.records import migrate
    from bot.records.tables import Organisation

    records = wiring.open_records(served[0])
    if migrate.state(records.engine) == "empty":
        return
    ours = {wiring.organisation_of(one) for one in served}
    with records.reading() as session:
        kept = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
    for name in kept:
        if name not in ours:
            _say("kept", "records", f"{name} is not served: nothing of it is sent, handled or let go")


def _works(settings: Settings, name: str, part: Callable[[Settings], str], reasons: set[str]) -> bool:
    """Say how one part fares. A reason is said once: parts that fail by the same one only wait for it."""
    unusable: tuple[type[Exception], ...] = (SettingsError, *wiring.problems())
    try:
        words = part(settings)
    except unusable as error:
        reason = one_line(str(error))
        _say("FAILED", name, "waits for what is missing above" if reason in reasons else reason)
        reasons.add(reason)
        return False
    _say("ok", name, words)
    return True


def _say(mark: str, name: str, words: str) -> None:
    say(f"{mark:<8}{name:<12} {words}")


def _settings(_: Settings) -> str:
    if slips := unknown_names():
        raise SettingsError(f"There is no setting {', '.join(slips)}. Check the spelling, or unset it.")
    return "understood"


def _policy(settings: Settings) -> str:
    policy = wiring.read_text(settings)
    whose = "your own" if settings.organisation_configured else "the sample; HEARTH_POLICY sets your own"
    return f"{len(policy.clauses)} clauses, version {policy.version[:8]} ({whose})"


def _pack(settings: Settings) -> str:
    pack = wiring.read_pack(settings)
    reviewed = "reviewed" if pack.reviewed else "not reviewed, which every answer says"
    return f"{pack.title}, {pack.organisation}: {len(pack.topics)} topics, {reviewed}"


def _tables(settings: Settings) -> str:
    if found := faults(*wiring.load_policy(settings)):
        raise PackError(f"{len(found)} faults in the pack. `hearth policy check` lists them.")
    return "the pack holds together with the policy"


def _reader(settings: Settings) -> str:
    pack = wiring.read_pack(settings)
    reader = wiring.load_reader(pack)
    if not pack.reviewed:
        return "reads only how a message asks, as long as nobody has reviewed the pack"
    if not reader.learned(pack):
        told = sum(bool(topic.examples) for topic in pack.topics.values())
        return f"finds topics by their examples: {told} of {len(pack.topics)} have some; else Hearth quotes"
    if untaught := reader.untaught(pack):
        return f"reads messages for this pack, but has not learned {', '.join(untaught)}: train it anew"
    return "reads messages for this pack"


def _answers(settings: Settings) -> str:
    door = wiring.build(settings)
    outcome = asyncio.run(door.respond(Message("check/1", "check", "What is this policy for?")))
    return f"one was tried: {outcome.answer.verdict if outcome.answer else outcome.intent}"


def _model_reader(settings: Settings) -> str:
    from knowledge.model_reader import ModelReaderError, NotRead

    if settings.model is None:
        return "none; the embedded reader reads alone"
    try:
        wiring.connect_model(settings.model, *wiring.load_policy(settings)).read("What is this policy for?")
    except NotRead as fault:
        raise ModelReaderError(
            f"{settings.model.where} gave no reading ({fault}), so the embedded reader reads alone. "
            "Check its name and key, and that this machine reaches it; unset HEARTH_MODEL to do without."
        ) from fault
    return f"{settings.model.where} reads too"


def _what_leaves(settings: Settings) -> str:
    if settings.model is None:
        return "nothing leaves this machine; no language model is used"
    return (
        f"questions on the policy go to {settings.model.where}, with the names and numbers that are "
        "recognised masked, and so do the clauses of a policy that is added; what may speak of harm, and "
        "complaints, stay on this machine"
    )


def _records(settings: Settings) -> str:
    from bot.records import migrate
    from bot.records.keys import check_keys

    records = wiring.open_records(settings)
    if settings.is_sample and migrate.state(records.engine) == "empty":
        return "none yet; `hearth serve` makes them for the sample"
    migrate.require_current(records.engine)
    check_keys(records.engine, records.vault)
    with records.reading() as session:
        waiting, stuck = upkeep.waiting(session, records), upkeep.stuck(session, records)
    kind = records.engine.dialect.name
    return f"{kind}, current; {waiting} messages wait; {stuck} stuck" + (": `hearth stuck`" if stuck else "")


def _officers(settings: Settings) -> str:
    from bot import officers
    from bot.records import migrate

    records = wiring.open_records(settings)
    if settings.is_sample and migrate.state(records.engine) == "empty":
        return "the sample's, once it is served"
    migrate.require_current(records.engine)
    with records.reading() as session:
        lacking = officers.missing(session, records.organisation)
    if lacking:
        raise SettingsError(f"Missing: {', '.join(lacking)}. `hearth people set-up FILE` or `people add`.")
    return "manager, chair, safeguarding lead and deputy are named, each with a phone"


def _web_chat(settings: Settings) -> str:
    from adapters.web.serve import address

    return f"{address(wiring.web_settings(settings, organisation=''))} (not started by this command)"


def _teams(settings: Settings) -> str:
    from adapters.teams.check import NotInOrder, say_how_it_is

    try:
        return say_how_it_is(settings.teams)
    except NotInOrder as error:
        raise SettingsError(str(error)) from error


def _slack(settings: Settings) -> str:
    from adapters.slack.check import NotInOrder, say_how_it_is
    from adapters.slack.installations import installed
    from adapters.slack.manifest import scopes

    wanted = scopes(inducts=settings.public.induct_on_join, pane=settings.slack_pane)
    try:
        return say_how_it_is(settings.slack, wanted, lambda: installed(wiring.open_records(settings)))
    except NotInOrder as error:
        raise SettingsError(str(error)) from error


_PARTS: dict[str, Callable[[Settings], str]] = {
    "settings": _settings,
    "policy": _policy,
    "pack": _pack,
    "tables": _tables,
    "data folder": lambda settings: str(wiring.use_data_folder(settings)),
    "model": lambda settings: wiring.load_embedder(settings).model,
    "reader": _reader,
    "model reader": _model_reader,
    "answers": _answers,
    "records": _records,
    "officers": _officers,
    "web chat": _web_chat,
    "slack": _slack,
    "teams": _teams,
}
