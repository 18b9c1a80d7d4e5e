"""`hearth policy add`: a document is shown as it was understood and written down; not adopted."""

import argparse
import re
import sys
import tomllib
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters import main as wiring
from adapters.given import roles_named
from adapters.output import say, whole_file
from adapters.settings import Settings, SettingsError
from knowledge.clauses import Policy
from knowledge.reader import PolicyError, parse
from knowledge.reading import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knowledge.documents.reading import Read
    from knowledge.draft_pack import About
    from knowledge.proposals import Proposal
    from knowledge.standing import Standing

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def define(parser: argparse.ArgumentParser) -> None:
    """Say which file, and what may be given with it."""
    parser.add_argument("file", type=Path, help="TXT, Markdown, HTML, DOCX, PDF, or what `export` wrote")
    parser.add_argument("--title", help="what the policy is called")
    parser.add_argument("--organisation", help="whose policy it is")
    parser.add_argument("--manager", help="whom people ask when the policy does not say, such as the manager")
    parser.add_argument("--adopted", help="when it was adopted, as 2024-05-31, or unknown")
    parser.add_argument("--binds", help=f"whom it binds, of {', '.join(ROLES)}, joined with +")
    parser.add_argument("--acknowledged-by", help="who confirms that they have read it, joined with +")
    parser.add_argument("--into", type=Path, help="the folder to write to; made where it is not there")
    parser.add_argument("--show", action="store_true", help="only show how it was understood, write nothing")
    parser.add_argument(
        "--without-model", action="store_true", help="have no language model propose anything"
    )
    parser.add_argument("--replace", action="store_true", help="put it in the place of an earlier version")
    parser.set_defaults(command=add)


def add(settings: Settings, given: argparse.Namespace) -> None:
    """Show a document as it was understood and write its text and a draft pack; adopt nothing.

    Raises PolicyError where the document cannot be used, and SettingsError where something is missing and
    there is nobody at a terminal to ask.
    """
    from adapters.policy_outline import understood
    from knowledge.documents.reading import read_file
    from knowledge.doubts import doubts
    from knowledge.standing import standing

    file: Path = given.file
    start = _start(file) if file.suffix.lower() == ".zip" else None
    read = start[0] if start else read_file(file)
    policy = _parsed(read, file)
    said = standing(policy)
    say(understood(policy, read.written, said, [*read.document.remarks, *doubts(policy, read.written)]))
    if given.show:
        return
    about = _about(settings, given, policy, said)
    policy = replace(policy, organisation=about.organisation, title=about.title)
    _write(settings, given, read, policy, about, start[1] if start else None)


def _start(file: Path) -> "tuple[Read, dict[str, Any]]":
    """Return the text and the pack that another organisation exported."""
    from knowledge.documents.bundle import MOST_BYTES, unbundled
    from knowledge.documents.document import Document
    from knowledge.documents.plain import plain_text
    from knowledge.documents.reading import Read

    try:
        with file.open("rb") as opened:
            start = unbundled(opened.read(MOST_BYTES + 1))
    except OSError as error:
        raise PolicyError(f"{file}: cannot be read ({error.strerror}). Check the name.") from error
    except PolicyError as error:
        raise PolicyError(f"{file}: {error}") from None
    return Read(Document(()), plain_text(start.text)), start.pack


def _parsed(read: "Read", file: Path) -> Policy:
    from knowledge.standing import title_of

    try:
        policy = parse(read.written.text, _slug(file), "", "")
    except PolicyError as error:
        raise PolicyError(f"{file}: {error}") from None
    return replace(policy, title=title_of(policy, read.document.title))


def _slug(file: Path) -> str:
    return "-".join(re.findall("[a-z0-9]+", file.stem.lower()))[:64].strip("-") or "policy"


# What is missing is asked for


def _about(settings: Settings, given: argparse.Namespace, policy: Policy, said: "Standing") -> "About":
    from knowledge.draft_pack import About

    # Of an organisation that is only being set up, the first policy is what is added here.
    begun = settings.organisation_configured and settings.policy.with_suffix(".pack.toml").exists()
    known = wiring.read_pack(settings).organisation if begun else ""
    found = "+".join(role for role in ROLES if role in said.parties or "everyone" in said.parties)
    missing: list[str] = []

    def value(option: str, question: str, proposed: str) -> str:
        name = option.removeprefix("--").replace("-", "_")
        if getattr(given, name) is not None:
            return str(getattr(given, name)).strip()
        if not sys.stdin.isatty():
            missing.append(option)
            return proposed
        return _asked(question, proposed)

    about = About(
        title=value("--title", "What is the policy called?", policy.title),
        organisation=value("--organisation", "Whose policy is it?", known),
        manager=value("--manager", "Whom do people ask when the policy does not say?", "the manager"),
        adopted=value("--adopted", "When was it adopted (as 2024-05-31, or unknown)?", _day(policy.adopted)),
        binds=_roles("--binds", value("--binds", f"Whom does it bind ({', '.join(ROLES)})?", found)),
        acknowledged_by=_roles(
            "--acknowledged-by", value("--acknowledged-by", "Who confirms having read it?", found)
        ),
        review_due=_day(policy.review_due) if policy.review_due else "",
        owner=said.owner,
        source=given.file.name,
    )
    if missing:
        raise SettingsError(
            f"Nothing was written: {', '.join(missing)} not given, and nobody is at the terminal to ask. "
            "Give them with the command."
        )
    about = _checked(about)
    if settings.organisation and settings.organisation != wiring.organisation_id(about.organisation):
        raise SettingsError(
            f"--organisation: {about.organisation} is not {settings.organisation}, which was chosen before "
            "the command. Correct one of them."
        )
    return about


def _asked(question: str, proposed: str) -> str:
    say(f"{question}{f' [{proposed}]' if proposed else ''}")
    line = sys.stdin.readline()
    if not line:
        raise SettingsError("Nothing was written: the questions were not answered.")
    return line.strip() or proposed


def _day(day: date | None) -> str:
    return str(day) if day else "unknown"


def _roles(option: str, names: str) -> tuple[str, ...]:
    try:
        return roles_named(names.replace(",", "+").replace(" ", "")) if names.strip() else ()
    except ValueError as error:
        raise SettingsError(f"{option}: {error}.") from error


def _checked(about: "About") -> "About":
    for name, text in (("--title", about.title), ("--organisation", about.organisation)):
        if not text.strip() or not text.isprintable():
            raise SettingsError(f"{name}: give a name in one line.")
    if about.adopted in ("unknown", ""):
        return replace(about, adopted="")
    try:
        # Python 3.11 takes other forms of ISO 8601 too, such as weeks.
        date.fromisoformat(about.adopted if _DATE.fullmatch(about.adopted) else "")
    except ValueError:
        raise SettingsError(f"--adopted: {about.adopted!r} is no date. Give one as 2024-05-31.") from None
    return about


# What is written


def _write(
    settings: Settings,
    given: argparse.Namespace,
    read: "Read",
    policy: Policy,
    about: "About",
    start: "dict[str, Any] | None",
) -> None:
    from knowledge.draft_pack import draft_pack
    from knowledge.pack_file import pack_text

    organisation = wiring.organisation_id(about.organisation) or "organisation"
    folder: Path = given.into or settings.data_folder / "policies" / organisation
    text, pack = folder / f"{policy.slug}.txt", folder / f"{policy.slug}.pack.toml"
    draft = draft_pack(policy, about, _proposed(settings, given, policy) if start is None else {})
    if start is not None:
        own = tomllib.loads(draft)
        mine = {key: own[key] for key in ("organisation", "title", "reviewed", "manager", "about")}
        draft = pack_text({**start, **mine}, ("Another organisation's pack. Review it for yours.",))
    if text.exists():
        draft = _in_place_of(text, pack, policy, draft, replaces=given.replace)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise wiring.DataFolderError(
            f"{folder}: cannot be made ({error.strerror}). Name another with --into."
        ) from error
    for path, content in ((pack, draft), (text, read.written.text)):
        with whole_file(path) as put:
            put(content)
    say(f"\nWritten, not adopted: {text}")
    say(f"  Compare it with the document and correct the text. Beside it is a draft pack: {pack.name}")
    say("  Until an officer has reviewed the pack (at /review beside the web chat, or in its file), Hearth")
    say("  answers from this policy by quotation only.")
    say(f"  Next: HEARTH_POLICY={text} hearth policy show, then hearth policy adopt {text}")


def _proposed(settings: Settings, given: argparse.Namespace, policy: Policy) -> "Mapping[str, Proposal]":
    """Return what the configured language model proposes, and say what it did not; none without a model."""
    from tqdm import tqdm  # type: ignore[import-untyped]  # ships no types

    from knowledge.model_calls import NotRead
    from knowledge.proposals import batches, proposals

    if settings.model is None or given.without_model:
        return {}
    say(f"\n{settings.model.where} is sent the clauses and proposes how people may ask.")
    calls, count = wiring.connect_proposer(settings.model), batches(policy)
    found: dict[str, Proposal] = {}
    for some in tqdm(proposals(policy, calls), total=count, unit="call", disable=not sys.stderr.isatty()):
        if isinstance(some, NotRead):
            say(f"  For some clauses nothing was proposed ({some}).")
        else:
            found |= some
    words = sum(len(one.examples) + len(one.cues) for one in found.values())
    say(f"  {words} proposals for {len(found)} clauses. None counts until a person takes it over.")
    return found


def _in_place_of(text: Path, pack: Path, policy: Policy, draft: str, *, replaces: bool) -> str:
    """Keep the version that is there under its own name; return the pack for the new one.

    The reviewed pack stays, unreviewed where a topic of it rests on a clause that is not the same.
    """
    from knowledge.pack import load_pack
    from knowledge.reader import read_policy

    old = read_policy(text, organisation="", title="")
    if old.version == policy.version:
        raise PolicyError(f"{text}: this version is there already. Nothing was written.")
    if not replaces:
        raise PolicyError(
            f"{text}: another version is there. `hearth policy diff {text} FILE` says what changed; "
            "--replace puts the new one in its place and keeps the old."
        )
    for path in (text, pack):
        if path.exists():
            kept = path.with_name(f"{policy.slug}.{old.version[:8]}{path.name.removeprefix(policy.slug)}")
            with whole_file(kept) as put:
                put(path.read_text(encoding="utf-8"))
    if not pack.exists() or not load_pack(pack).reviewed:
        return draft
    return _refitted(pack, old, policy, draft)


def _refitted(pack: Path, old: Policy, policy: Policy, draft: str) -> str:
    """Return the reviewed pack for the new version: what rests on changed words is unreviewed again.

    Clauses that no topic reaches get the draft's.
    """
    from knowledge.pack import load_data
    from knowledge.pack_file import pack_text
    from knowledge.refitting import refitted

    data, again = refitted(load_data(pack), old, policy)
    reached = {clause for topic in data["topic"] for row in topic["row"] for clause in row.get("cite", ())}
    new = [
        {**topic, "reviewed": False}
        for topic in tomllib.loads(draft)["topic"]
        if not reached.intersection(topic["row"][-1]["cite"])
    ]
    data["topic"] = [*data["topic"], *new]
    if again or new:
        names = ", ".join([*again, *(topic["id"] for topic in new)])
        say(f"\n{len(again) + len(new)} topics are to be reviewed; until then they only quote: {names}")
    beginning = takewhile(lambda line: line.startswith("#"), pack.read_text(encoding="utf-8").splitlines())
    return pack_text(data, tuple(line.lstrip("# ") for line in beginning))
