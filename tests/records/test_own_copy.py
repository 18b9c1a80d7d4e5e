"""A copy of what is held about someone, asked for in chat from her own account."""

from collections.abc import Callable, Mapping

import pytest

from adapters.documents import document_of
from bot.card import Document
from bot.records.store import Records
from tests.induction.conftest import Someone, adopted, course, meet, platform
from tests.records.stage import person_of

__all__ = ["adopted", "course", "meet", "platform"]


@pytest.fixture
def volunteer_and_other(meet: Callable[[str], Someone]) -> Mapping[str, Someone]:
    """Two volunteers."""
    both = {name: meet(f"web:{name}") for name in ("volunteer", "other")}
    for someone in both.values():
        someone.does("role:volunteer")
    return both


def test_she_gets_everything_held_about_her_and_nobody_else_does(
    adopted: Records, volunteer_and_other: Mapping[str, Someone]
) -> None:
    volunteer = volunteer_and_other["volunteer"]
    volunteer.says("who am i")
    volunteer.presses("Everything held about me")
    (given,) = [part.document for part in volunteer.card.elements if isinstance(part, Document)]
    found = document_of(adopted, volunteer.name, given)
    assert found is not None
    assert "web:volunteer" in found.content.decode()
    assert document_of(adopted, "web:other", given) is None


def test_one_whose_document_is_made_up_gets_nothing(
    adopted: Records, volunteer_and_other: Mapping[str, Someone]
) -> None:
    del volunteer_and_other
    other = person_of(adopted, "web:other").id
    for made_up in ("export:", "export", f"export:{'0' * 32}", f"certificate:{other}", "nothing:1"):
        assert document_of(adopted, "web:volunteer", made_up) is None
