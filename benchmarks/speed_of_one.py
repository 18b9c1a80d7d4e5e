"""Measure one thing of one way to answer, in this process, and print it as JSON; `speed.py` runs it.

python -m benchmarks.speed_of_one start|answer|search|large hearth|chain FOLDER CLAUSES
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from adapters.main import build, load_policy
from adapters.settings import from_environment
from bot.message import Message
from knowledge.clauses import Clause, Policy, Section

QUESTIONS = (
    "can I friend this family?",
    "am I allowed to put the Home-Start logo on my blog",
    "I've been friends with the mum for years, do I have to unfriend her?",
    "who checks the website?",
    "can I use my work email to book a holiday",
    "is it ok to post a photo of the kids from the trip if their mum said yes?",
    "do I have to read the data protection act",
    "someone is bullying me by text, who do I tell",
    "can staff be on instagram at lunch",
    "may my colleague read my emails while I am off sick?",
    "how much is the mileage allowance",
    "what happens if I break these rules",
)
ROUNDS = 25  # times that each question is asked: 300 answers

Ask = Callable[[str], object]


def start(way: str, folder: Path, _clauses: int) -> dict[str, float]:
    """Answer one question, from nothing; `speed.py` takes the time."""
    answerer(way, folder)(QUESTIONS[0])
    return {"memory": peak_memory()}


def answer(way: str, folder: Path, _clauses: int) -> dict[str, float]:
    """Answer many questions one after the other."""
    return percentiles(answerer(way, folder))


def search(way: str, folder: Path, _clauses: int) -> dict[str, float]:
    """Find the three nearest clauses of the sample policy."""
    policy, _ = load_policy(from_environment({}))
    return percentiles(searcher(way, folder, policy))


def large(way: str, folder: Path, clauses: int) -> dict[str, float]:
    """Open the index of a policy of many clauses, built first where it is missing, and search it."""
    policy = made_policy(clauses)
    begin = time.perf_counter()
    ask = searcher(way, folder, policy)
    opened = time.perf_counter() - begin
    return {"open": opened, **percentiles(ask), "memory": peak_memory()}


MEASURES = {"start": start, "answer": answer, "search": search, "large": large}


def answerer(way: str, folder: Path) -> Ask:
    """Return what answers a volunteer's question: Hearth as in the chat, or the chain."""
    settings = from_environment({"HEARTH_DATA": str(folder)})
    if way == "chain":
        policy, _ = load_policy(settings)
        return searcher(way, folder, policy)
    door, runner = build(settings), asyncio.Runner()

    def ask(question: str) -> object:
        door.begin("speed", ("volunteer",))
        return runner.run(door.respond(Message("speed", "speed", question)))

    return ask


def searcher(way: str, folder: Path, policy: Policy) -> Ask:
    """Return what finds the three nearest clauses, its index built first where it is missing."""
    from knowledge.embedding import Embedder

    embedder = Embedder.load(folder / "models")
    if way == "chain":
        from benchmarks.plain_chain import PlainChain

        return PlainChain(policy.clauses, embedder, folder / "chain").answer

    from knowledge.index import open_index

    index = open_index(policy, embedder, folder / "index")
    return lambda question: index.search(question, 3)


def made_policy(count: int) -> Policy:
    """Return a policy of `count` clauses of 10 to 40 words, drawn from the sample policy's."""
    sample, _ = load_policy(from_environment({}))
    words = " ".join(clause.text for clause in sample.clauses).split()
    draw = random.Random(1)  # noqa: S311  # the same clauses in every run, no secret
    sections = []
    for number in range(1, count // 20 + 2):
        heading = f"{number}. {' '.join(draw.choices(words, k=4))}"
        places = range(1, min(20, count - (number - 1) * 20) + 1)
        clauses = tuple(
            Clause(f"{number}.{place}", " ".join(draw.choices(words, k=draw.randint(10, 40))), (heading,))
            for place in places
        )
        sections.append(Section(str(number), heading, clauses))
    return Policy("large", "Sample", "Large policy", f"made-{count}", tuple(sections), None, None)


def percentiles(ask: Ask) -> dict[str, float]:
    """Return the p50 and p95 of the milliseconds that a question takes, after one round to warm up."""
    times = []
    for number in range(ROUNDS + 1):
        for question in QUESTIONS:
            begin = time.perf_counter()
            ask(question)
            if number:
                times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return {"p50": times[len(times) // 2], "p95": times[len(times) * 95 // 100]}


def peak_memory() -> float:
    """Return the most memory that was resident in this process, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    _, measure, chosen, place, size = sys.argv
    print(json.dumps(MEASURES[measure](chosen, Path(place), int(size))), flush=True)
