"""What may say who somebody is does not leave the machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.masking import Mask

MASK = Mask(["Volunteers must not add families as friends.", "photographs of children"])


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Can I friend Sarah Jones on Facebook?", "Can I friend [name] on Facebook?"),
        ("Tunde's mum asked me. Agnieszka too", "[name]'s mum asked me. [name] too"),
        ("can i add sarah and keiths kids", "can i add [name] and [name]s kids"),
        ("mrs o'neill said her name is oluchi", "mrs [name] said her name is [name]"),
        ("I asked Mary-Jane, Jayden\u2019s carer", "I asked [name], [name]\u2019s carer"),
        ("CAN I FRIEND SARAH", "CAN I FRIEND [name]"),
        ("ring her on 07700 900 123 or +44 (0)1432-123456", "ring her on [number] or [number]"),
        ("case HS-2026-K7QF, ref AB123456, born 12/03/2019", "case [number], ref [number], born [number]"),
        ("she lives in HR1 2AB", "she lives in [number]"),
        ("write to j.smith+home@example.org.uk", "write to [e-mail]"),
        ("is facebook.com/jane.doe.12 or https://x.test/jane hers", "is [link] or [link] hers"),
        ("@jane_d follows me", "[name] follows me"),
        ("Sa\u200brah and \uff33\uff41\uff52\uff41\uff48", "[name] and [name]"),
        ("我可以加李明为好友吗", "[name]"),
    ],
)
def test_people_are_masked(typed: str, sent: str) -> None:
    assert MASK(typed) == sent


@pytest.mark.parametrize(
    "typed",
    [
        "Photographs of children: may I share them?",
        "Does clause 4.3 hold for the 2nd visit at 6pm with an 18-year-old?",
        "I'm a Trustee at Home-Start. Don't volunteers use WhatsApp on Mondays?",
        "support finishes next month, can I accept her friend request now",
    ],
)
def test_what_the_question_turns_on_is_kept(typed: str) -> None:
    assert MASK(typed) == typed


@given(st.text(), st.sampled_from(["Sarah", "sarah", "Zbigniew", "Nguyen-Ito", "07700900123"]), st.text())
def test_a_name_is_masked_wherever_it_stands(before: str, name: str, after: str) -> None:
    assert name not in MASK(f"{before} {name} {after}")
