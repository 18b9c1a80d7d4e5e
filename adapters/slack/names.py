"""Hearth's names for Slack's accounts and conversations."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"slack:(?P<team>[A-Z0-9]+)/(?P<id>[A-Z0-9]+)(/(?P<thread>[0-9]+\.[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where on Slack: a person's private conversation, or a thread of it (`id` is hers), or of a channel."""

    team: str
    id: str
    thread: str = ""

    @property
    def name(self) -> str:
        """What Hearth calls it."""
        return f"slack:{self.team}/{self.id}" + (f"/{self.thread}" if self.thread else "")

    @property
    def is_private(self) -> bool:
        """Whether it is between a person and Hearth alone: users' ids begin with U or W, channels' do not."""
        return self.id.startswith(("U", "W"))


def account(team: str, user: str) -> str:
    """Return the name of an account, which is that of its private conversation too."""
    return Place(team, user).name


def place(name: str) -> Place:
    """Return the place that a name stands for; raise ValueError for a name that is none of Slack's."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError("no conversation of Slack")
    return Place(found["team"], found["id"], found["thread"] or "")
