"""Measure reading: pages and clauses a second and memory, in a process of its own for each document.

    python -m benchmarks.documents

The documents are made here: a PDF of 300 pages and a Markdown file of 5,000 clauses. Then the index is built
over the 5,000 clauses, and 40 policies with 4,000 clauses together are searched beside one of 100 alone.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from statistics import quantiles

CLAUSES = 5_000
PAGES = 300
POLICIES = 40
EACH = 100  # clauses of one of them
ROUNDS = 300
_WHO = ("Staff", "Volunteers", "Trustees", "The manager", "Everyone")
_ACTS = (
    "must ask", "must not visit", "may claim for", "keep records of", "do not share", "report",
    "must lock away", "may borrow", "must sign for", "do not publish",
)  # fmt: skip
_THINGS = (
    "keys", "photographs", "journeys", "gifts", "medicines", "families", "receipts", "minibuses", "passwords",
    "visitors", "ladders", "kitchens", "telephones", "accidents", "interviews", "newsletters", "wages",
    "complaints", "candles", "swimming",
)  # fmt: skip
_WHEN = ("at night", "before a visit", "in writing", "on the same day", "while support lasts", "when alone")


def main() -> None:
    """Print one table."""
    if len(sys.argv) > 1:
        print(json.dumps(_PARTS[sys.argv[1]](Path(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in _PARTS:
            command = [sys.executable, "-m", "benchmarks.documents", name, folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
            for what, figure in json.loads(done.stdout.splitlines()[-1]).items():
                print(f"{what:<62} {figure:>10,.2f}", flush=True)


def _make(folder: Path) -> dict[str, float]:
    """Make the documents, in a process of its own too: a process's peak begins with its parent's."""
    import typst

    chance = random.Random(9)  # noqa: S311 - only shuffles words
    (folder / "long.md").write_text(_text(chance, CLAUSES), encoding="utf-8")
    lines = ["#set page(header: [Acorn Trust], footer: context [Page #counter(page).display()])"]
    for section in range(1, PAGES + 1):
        lines.append(
            f'#pagebreak(weak: true)\n#text(size: 16pt, weight: "bold")[{section}. Part {section}]\n'
        )
        lines += [
            f"#par[{section}.{n} {' '.join(_sentence(chance) for _ in range(5))}]" for n in range(1, 11)
        ]
    (folder / "long.pdf").write_bytes(typst.compile("\n".join(lines).encode()))
    return {}


def _text(chance: random.Random, clauses: int) -> str:
    lines = ["# Handbook", ""]
    for number in range(clauses):
        if number % 10 == 0:
            lines += [f"## {number // 10 + 1}. Part {number // 10 + 1}", ""]
        lines += [f"{number % 10 + 1}. {_sentence(chance)} {_sentence(chance)}"]
        if number % 10 == 9:
            lines.append("")
    return "\n".join(lines) + "\n"


def _sentence(chance: random.Random) -> str:
    words = (chance.choice(part) for part in (_WHO, _ACTS, _THINGS, _WHEN))
    return " ".join(words) + "."


def _pdf(folder: Path) -> dict[str, float]:
    from knowledge.documents.reading import read_file
    from knowledge.reader import parse

    started = time.perf_counter()
    read = read_file(folder / "long.pdf")
    policy = parse(read.written.text, "long", "", "")
    took = time.perf_counter() - started
    assert len(policy.clauses) == PAGES * 10, len(policy.clauses)  # noqa: S101 - else the figure means nothing
    return {f"PDF, {PAGES} pages: pages a second": PAGES / took, "  peak memory (MB)": _memory()}


def _markdown(folder: Path) -> dict[str, float]:
    from adapters.main import load_embedder
    from adapters.settings import from_environment
    from knowledge.documents.reading import read_file
    from knowledge.doubts import doubts
    from knowledge.draft_pack import About, draft_pack
    from knowledge.index import open_index
    from knowledge.reader import parse

    started = time.perf_counter()
    read = read_file(folder / "long.md")
    policy = parse(read.written.text, "long", "", "")
    took = time.perf_counter() - started
    memory = _memory()
    assert len(policy.clauses) == CLAUSES, len(policy.clauses)  # noqa: S101 - else the figure means nothing
    started = time.perf_counter()
    doubts(policy, read.written)
    draft_pack(policy, About("Acorn Trust", "Handbook", "the manager"))
    drafted = time.perf_counter() - started
    embedder = load_embedder(from_environment({"HEARTH_DATA": str(folder)}))
    started = time.perf_counter()
    open_index(policy, embedder, folder / "index", progress=True)
    return {
        f"Markdown, {CLAUSES:,} clauses: reading (s)": took,
        "  peak memory (MB)": memory,
        "  doubtful places and draft pack (s)": drafted,
        "  building the index (s)": time.perf_counter() - started,
    }


def _many(folder: Path) -> dict[str, float]:
    """Search many policies for the clause that a question was made of, and its own policy alone."""
    from adapters.main import load_embedder
    from adapters.settings import from_environment
    from knowledge.index import open_index
    from knowledge.reader import parse

    embedder = load_embedder(from_environment({"HEARTH_DATA": str(folder)}))
    chance = random.Random(4)  # noqa: S311 - only shuffles words
    policies = [parse(_text(chance, EACH), f"policy-{n}", "Acorn", f"Policy {n}") for n in range(POLICIES)]
    indexes = [open_index(policy, embedder, folder / "many") for policy in policies]
    took, alone, among = [], 0, 0
    for _ in range(ROUNDS):
        home = chance.randrange(POLICIES)
        wanted = chance.choice(policies[home].clauses)
        question = " ".join(chance.sample(wanted.text.split(), 8))
        started = time.perf_counter()
        best = max(
            ((hits[0].dense, at, hits[0].clause.id) for at, index in enumerate(indexes)
             if (hits := index.search(question, 1))),
        )  # fmt: skip
        took.append(1000 * (time.perf_counter() - started))
        alone += indexes[home].search(question, 1)[0].clause.id == wanted.id
        among += best[1:] == (home, wanted.id)
    cuts = quantiles(took, n=100)
    return {
        f"{POLICIES} policies, {POLICIES * EACH:,} clauses: search of all, p50 (ms)": cuts[49],
        "  p95 (ms)": cuts[94],
        "  first clause right, its policy alone": alone / ROUNDS,
        "  first clause right, among all by nearness": among / ROUNDS,
    }


def _asked(folder: Path) -> dict[str, float]:
    """Ask many policies as one, as the assistant does, beside one of them alone."""
    from adapters.main import answerer_builder
    from adapters.settings import from_environment
    from knowledge.draft_pack import About, draft_pack
    from knowledge.library import Library
    from knowledge.pack import pack_of
    from knowledge.reader import parse

    chance = random.Random(4)  # noqa: S311 - only shuffles words
    policies = [parse(_text(chance, EACH), f"policy-{n}", "Acorn", f"Policy {n}") for n in range(POLICIES)]
    build = answerer_builder(from_environment({"HEARTH_DATA": str(folder)}))
    all_of_them = [
        build(
            policy,
            pack_of(
                tomllib.loads(draft_pack(policy, About("Acorn", policy.title, "the manager"))), policy.title
            ),
        )
        for policy in policies
    ]
    library = Library(all_of_them[0], lambda: all_of_them)
    took, alone, among, told = [], 0, 0, 0
    for _ in range(ROUNDS):
        home = chance.randrange(POLICIES)
        wanted = chance.choice(policies[home].clauses)
        question = " ".join(chance.sample(wanted.text.split(), 8))
        only = all_of_them[home].ask(question)
        alone += any(only.citations[:1]) and only.citations[0].clause.id == wanted.id
        started = time.perf_counter()
        answer = library.ask(question)
        took.append(1000 * (time.perf_counter() - started))
        cited = [(each.policy, each.clause.id) for each in answer.citations[:1]]
        among += cited == [(policies[home].title, wanted.id)]
        told += policies[home].title in (answer.ask.options if answer.ask else ())
    cuts = quantiles(took, n=100)
    return {
        f"{POLICIES} policies asked as one: warm answer, p50 (ms)": cuts[49],
        "  p95 (ms)": cuts[94],
        "  first citation right, its policy alone": alone / ROUNDS,
        "  first citation right, among all": among / ROUNDS,
        "  asked back which is meant, the right one among the two": told / ROUNDS,
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_PARTS = {"make": _make, "pdf": _pdf, "markdown": _markdown, "many": _many, "asked": _asked}

if __name__ == "__main__":
    main()
