"""`hearth policy add` and `diff`: what a person sees, what is written, what is not done."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.cli import main
from knowledge.clauses import Policy
from knowledge.documents.reading import read_bytes
from knowledge.draft_pack import About, draft_pack
from knowledge.pack import load_pack
from knowledge.pack_check import faults
from knowledge.reader import parse, read_policy
from knowledge.references import references
from tests.documents.test_five_formats import documents
from tests.documents.written import FORMATS, Parts, compiled

POLICY = """# Expenses

DRAFT for the board

## 1. Mileage

1. Volunteers may claim 45p a mile, see 2.1 below and 7.4.
2. Staff must not claim for journeys from home.

## 2. Receipts

2.1 Everyone must keep receipts.
2.3 Staff must hand in receipts by Friday.

Policy owner: Head of Finance

Date adopted: 3 May 2023
"""
GIVEN = (
    *("--title", "Expenses", "--organisation", "Acorn Trust", "--manager", "the director"),
    *("--adopted", "2023-05-03", "--binds", "staff+volunteer", "--acknowledged-by", "staff"),
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy that is handed over; what Hearth keeps goes beside it."""
    monkeypatch.setenv("HEARTH_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("HEARTH_POLICY", raising=False)
    path = tmp_path / "Expenses 2023.md"
    path.write_text(POLICY, encoding="utf-8")
    return path


def test_the_document_is_shown_as_it_was_understood(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "add", str(file), "--show"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "1. Mileage, line 7",
        "1.1 to 1.2: 2 clauses",
        "adopted 2023-05-03, review due not said",
        "owner Head of Finance",
        "its clauses name: staff, volunteer, everyone",
        "says of itself: “DRAFT”",
        "! line 7: 1.1: points to 7.4, which the policy does not have",
        "! line 12: 2.3: comes after 2.1: numbers between are missing",
    ):
        assert words in shown
    assert list(file.parent.iterdir()) == [file]


def test_what_is_missing_is_named_and_nothing_is_written(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "add", str(file), "--title", "Expenses"]) == 2
    said = capsys.readouterr().err
    assert "--organisation, --manager, --adopted, --binds, --acknowledged-by not given" in said
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--adopted", "3 May", "is no date"), ("--binds", "cook", "no role"), ("--title", " ", "give a name")],
)
def test_what_is_given_wrongly_is_named(
    file: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, says: str
) -> None:
    assert main(["policy", "add", str(file), *GIVEN, option, value]) == 2
    assert says in capsys.readouterr().err
    assert list(file.parent.iterdir()) == [file]


def test_text_and_draft_pack_are_written_in_the_organisations_folder(file: Path) -> None:
    assert main(["policy", "add", str(file), *GIVEN]) == 0
    folder = file.parent / "data" / "policies" / "acorn-trust"
    policy = read_policy(folder / "expenses-2023.txt", organisation="Acorn Trust", title="Expenses")
    pack = load_pack(folder / "expenses-2023.pack.toml")
    assert [clause.id for clause in policy.clauses] == ["expenses.p1", "1.1", "1.2", "2.1", "2.3", "meta"]
    assert (pack.organisation, pack.title, pack.manager) == ("Acorn Trust", "Expenses", "the director")
    assert not pack.reviewed
    about = tomllib.loads((folder / "expenses-2023.pack.toml").read_text(encoding="utf-8"))["about"]
    assert (about["binds"], about["acknowledged_by"]) == (["volunteer", "staff"], ["staff"])
    assert not (file.parent / "data" / "hearth.db").exists()  # nothing is adopted


def test_another_version_is_put_in_its_place_only_when_asked(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["policy", "add", str(file), *GIVEN])
    file.write_text(POLICY.replace("45p", "55p"), encoding="utf-8")
    assert main(["policy", "add", str(file), *GIVEN]) == 1
    assert "hearth policy diff" in capsys.readouterr().err
    folder = file.parent / "data" / "policies" / "acorn-trust"
    pack = folder / "expenses-2023.pack.toml"
    reviewed = pack.read_text(encoding="utf-8").replace("reviewed = false", "reviewed = true", 1)
    pack.write_text(reviewed, encoding="utf-8")
    before = read_policy(folder / "expenses-2023.txt", organisation="", title="").version
    assert main(["policy", "add", str(file), *GIVEN, "--replace"]) == 0
    assert "55p" in (folder / "expenses-2023.txt").read_text(encoding="utf-8")
    assert "45p" in (folder / f"expenses-2023.{before[:8]}.txt").read_text(encoding="utf-8")
    topics = load_pack(pack).topics
    assert [name for name, topic in topics.items() if topic.waiting] == ["clause-1.1"]
    assert load_pack(folder / f"expenses-2023.{before[:8]}.pack.toml").reviewed


def test_a_document_that_cannot_be_read_is_refused_on_one_line(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(b"")
    assert main(["policy", "add", str(file)]) == 1
    assert capsys.readouterr().err == f"hearth: {file}: the file is empty. Give the policy's text.\n"


@given(parts=documents())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_draft_pack_holds_together_with_its_policy_and_allows_nothing(
    tmp_path_factory: pytest.TempPathFactory, parts: Parts
) -> None:
    policy = policy_of(parts)
    file = tmp_path_factory.mktemp("pack") / "sample.pack.toml"
    about = About('The "Acorn" Trust', "Families\\policy", "the manager")
    file.write_text(draft_pack(policy, about), encoding="utf-8")
    pack = load_pack(file)
    assert faults(policy, pack) == []
    assert (pack.organisation, pack.title) == (about.organisation, about.title)
    assert {row.verdict for topic in pack.topics.values() for row in topic.rows} <= {
        *("not_allowed", "required", "info"),
    }


def test_a_draft_pack_proposes_no_verdict_where_a_clause_permits_or_turns_on_something() -> None:
    text = "Volunteers may use the van.\n\nStaff must not drive unless the manager agrees.\n"
    pack = tomllib.loads(draft_pack(parse(text, "s", "o", "t"), About("o", "t", "the manager")))
    rows = [row for topic in pack["topic"] for row in topic["row"]]
    assert [(row["who"], row["verdict"]) for row in rows] == [(["any"], "info")] * 2


def policy_of(parts: Parts) -> Policy:
    return parse(read_bytes(FORMATS[".md"](parts), ".md").written.text, "sample", "A Charity", "A policy")


# References


@pytest.mark.parametrize(
    ("words", "found", "missing"),
    [
        ("Staff must ask, see 2.1 above.", ("2.1",), ()),
        ("Staff must ask as paragraph 2.3 says.", ("2.3",), ()),
        ("Staff must ask (section 2).", ("2",), ()),
        ("Staff must ask under clause 9.9.", (), ("9.9",)),
        ("Staff must ask under section 47 of the Children Act 1989.", (), ()),
        ("Staff must ask under section 47.1 of the Children Act 1989.", (), ()),
        ("Staff must ask within 2.5 hours.", (), ()),
    ],
)
def test_cross_references_are_kept_as_links(
    words: str, found: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    policy = parse(POLICY.replace("Staff must not claim for journeys from home.", words), "s", "o", "t")
    pointing = references(policy).get("1.2")
    assert ((pointing.found, pointing.missing) if pointing else ((), ())) == (found, missing)


# Diff


def diff(file: Path, capsys: pytest.CaptureFixture[str], after: str) -> str:
    new = file.with_name("new.md")
    new.write_text(after, encoding="utf-8")
    capsys.readouterr()
    assert main(["policy", "diff", str(file), str(new)]) == 0
    return capsys.readouterr().out


def test_a_changed_figure_is_shown_within_its_clause(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = diff(file, capsys, POLICY.replace("45p", "55p").replace("3 May 2023", "1 June 2024"))
    assert "1 changed." in shown
    assert "[-45p-] {+55p+}" in shown
    assert "adopted: 2023-05-03 before, 2024-06-01 now" in shown


def test_renumbering_alone_is_no_change_of_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = diff(file, capsys, POLICY.replace("2.3 Staff", "2.2 Staff"))
    assert "1 renumbered." in shown
    assert "renumbered: 2.3 → 2.2" in shown
    assert "changed" not in shown


def test_only_rows_whose_clause_was_changed_are_to_be_reviewed_again(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = parse(read_bytes(POLICY.encode(), ".md").written.text, "expenses", "Acorn Trust", "Expenses")
    draft = draft_pack(policy, About("Acorn Trust", "Expenses", "the director"))
    file.with_suffix(".pack.toml").write_text(draft, encoding="utf-8")
    shown = diff(file, capsys, POLICY.replace("45p", "55p").replace("2.3 Staff", "2.2 Staff"))
    again = shown.partition("to review again:")[2]
    assert "topic clause-1.1, row 1: 1.1 was changed" in again
    assert "2.3" not in again


def test_what_is_doubtful_on_every_page_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.pdf"
    mark = "#set page(background: rotate(45deg)[DRAFT])\n"
    file.write_bytes(
        compiled(mark + "\n#pagebreak()\n".join(f"{n}.1 Ask before visit {n}." for n in "12345"))
    )
    assert main(["policy", "add", str(file), "--show"]) == 0
    shown = capsys.readouterr().out
    assert "page 1, page 2, page 3 and 2 more: words that do not run level" in " ".join(shown.split())
    assert shown.count("DRAFT") == 1


def test_added_and_removed_clauses_are_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = diff(
        file,
        capsys,
        POLICY.replace(
            "2.3 Staff must hand in receipts by Friday.", "2.4 Trustees approve large sums of money."
        ),
    )
    assert "1 added, 1 removed." in shown


def test_the_same_policy_in_another_format_does_not_differ(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = diff(file, capsys, POLICY.replace("\n1. Vol", "\n1.  Vol"))
    assert "No clause differs." in shown


def test_rows_of_the_pack_that_rest_on_a_changed_clause_are_named(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["policy", "add", str(file), *GIVEN])
    text = file.parent / "data" / "policies" / "acorn-trust" / "expenses-2023.txt"
    shown = diff(text, capsys, POLICY.replace("45p", "55p"))
    assert "topic clause-1.1, row 1: 1.1 was changed" in shown
