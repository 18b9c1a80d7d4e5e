"""What a thread keeps: facts that hold until something speaks against them, and roles that say one thing."""

import pytest

from knowledge.reading import Act, Reading, Role, Scored, Settled, Value
from knowledge.threads import Thread, continued, roles_now
from knowledge.verdicts import decide
from tests.policies import home_start_pack

TOPIC = (Scored("friend_request", 1.0),)


def said(value: Value, confidence: float, act: Act) -> Reading:
    return Reading(
        topics=TOPIC, whom="family", facts={"supported_now": Settled(value, confidence)}, act=act, alone=None
    )


def verdict_after(message: Reading) -> str:
    """Return the verdict after a message in a thread that has just given a permission."""
    pack = home_start_pack()
    thread = Thread("Support has ended, may I add her?", said("n", 0.99, "new"))
    assert decide(pack, thread.reading, ("volunteer",)).verdict == "allowed"
    return decide(pack, continued(pack, thread, message), ("volunteer",)).verdict


@pytest.mark.parametrize(
    ("value", "confidence", "verdict"),
    [
        ("y", 0.95, "not_allowed"),
        ("y", 0.65, "not_allowed"),
        ("y", 0.45, "depends"),  # perhaps it was said: asked again
        ("n", 0.45, "allowed"),
    ],
)
def test_a_permission_does_not_outlive_what_speaks_against_it(
    value: Value, confidence: float, verdict: str
) -> None:
    assert verdict_after(said(value, confidence, "follow")) == verdict


@pytest.mark.parametrize(
    ("before", "stated", "now"),
    [
        (("trustee",), ("chair",), ("chair",)),
        (("staff",), ("manager",), ("manager",)),
        (("volunteer",), ("trustee",), ("volunteer", "trustee")),
        ((), ("chair", "trustee"), ("chair",)),
    ],
)
def test_a_role_that_another_one_says_already_is_not_told_beside_it(
    before: tuple[Role, ...], stated: tuple[Role, ...], now: tuple[Role, ...]
) -> None:
    assert roles_now(before, Reading(topics=TOPIC, said_roles=stated)) == now
