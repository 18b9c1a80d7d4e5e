"""Shelf: the policies that are in force today, by the register, each with what answers on it."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.faults import told
from knowledge.answers import Answerer
from knowledge.clauses import Policy
from knowledge.pack import Pack, PackError, load_pack, pack_of
from knowledge.reader import PolicyError, parse, read_policy

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

Edition = tuple[Policy, Pack]
_Named = tuple[str, str]  # a policy's title and its version


class Shelf:
    """The policies in force, the main one first; what was read once is kept.

    `file` is the main policy's text. Beside it and in `folder` stand the versions that are kept, each with
    its pack. While the register does not know the main policy, its file answers as it stands.
    """

    def __init__(
        self,
        file: Path,
        main: Edition,
        folder: Path,
        organisation: str,
        reading: "Callable[[], AbstractContextManager[Session]] | None",
        now: "Callable[[], datetime]",
        build: Callable[[Policy, Pack], Answerer],
    ) -> None:
        self._file = file
        self._main = main
        self._folders = (file.parent, folder)
        self._organisation = organisation
        self._reading = reading
        self._now = now
        self._build = build
        self._editions: dict[_Named, Edition] = {_named(*main): main}
        self._answerers: dict[_Named, Answerer] = {}
        self._stamps: Mapping[Path, tuple[int, int]] = self._stamped()
        self._lock = threading.Lock()

    def in_force(self) -> Sequence[Answerer]:
        """Return what answers today, the main policy first; raise RecordsUnavailable, or as `build`."""
        with self._lock:
            self._look_again()
            named = self._named()
            for one in named:
                if one not in self._answerers:
                    self._answerers[one] = self._build(*self._edition(one))
            self._answerers = {one: self._answerers[one] for one in named}
            return tuple(self._answerers.values())

    def of_the_file(self) -> Answerer:
        """Return what reads messages while no policy is in force; its answers are not given."""
        return self._build(*self._main)

    def main(self) -> Edition:
        """Return the main policy in its version in force, as its file has it where none is."""
        with self._lock:
            self._look_again()
            found = [one for one in self._named() if one[0] == self._main[1].title]
            return self._edition(found[0]) if found else self._main

    def _look_again(self) -> None:
        """Read the packs anew where one of them is another file than before: somebody reviewed it."""
        stamps = self._stamped()
        if stamps == self._stamps:
            return
        self._stamps = stamps
        for policy, pack in self._kept():
            named = _named(policy, pack)
            if named == _named(*self._main):
                self._main = (policy, pack)
            if named in self._editions and self._editions[named][1] != pack:
                self._editions[named] = (policy, pack)
                self._answerers.pop(named, None)

    def _stamped(self) -> Mapping[Path, tuple[int, int]]:
        files = [file for folder in self._folders for file in folder.glob("*.pack.toml")]
        return {file: (stat.st_mtime_ns, stat.st_ino) for file in files for stat in (file.stat(),)}

    def _named(self) -> Sequence[_Named]:
        title = self._main[1].title
        if self._reading is None:
            return (_named(*self._main),)
        from bot import policies

        with self._reading() as session:
            known, found = policies.all_in_force(session, self._organisation, self._now())
        if title not in known:
            return (_named(*self._main), *sorted(found.items()))
        return sorted(found.items(), key=lambda one: (one[0] != title, one))

    def _edition(self, named: _Named) -> Edition:
        if named not in self._editions:
            self._editions |= {_named(*one): one for one in self._kept()}
        if named not in self._editions:
            self._editions[named] = self._adopted(named)
        return self._editions[named]

    def _kept(self) -> Iterator[Edition]:
        """Return the versions that are kept in the organisation's folders, each with a pack that reads."""
        for folder in self._folders:
            for file in sorted(folder.glob("*.pack.toml")):
                text = file.with_name(file.name.replace(".pack.toml", ".txt"))
                try:
                    pack = load_pack(file)
                    if pack.organisation == self._main[1].organisation:
                        yield read_policy(text, organisation=pack.organisation, title=pack.title), pack
                except (PolicyError, PackError, OSError) as error:
                    # What is half edited there hides no version that was adopted: that one only quotes.
                    log.warning("policy.pack.not_read", extra={**told(error)})

    def _adopted(self, named: _Named) -> Edition:
        """Return a version as it was adopted, where no file has it: without a pack it only quotes."""
        import tomllib

        from bot import policies
        from knowledge.draft_pack import About, draft_pack

        title, version = named
        main = self._main[1]
        if self._reading is None:
            raise PolicyError(f"{title}: version {version[:8]} is not kept. Put its file back.")
        with self._reading() as session:
            row = policies.version_of(session, self._organisation, title, version)
            text = row.text if row else ""
        policy = replace(parse(text, self._file.stem, main.organisation, title), version=version)
        about = About(main.organisation, title, main.manager)
        return policy, pack_of(tomllib.loads(draft_pack(policy, about)), title)


def _named(policy: Policy, pack: Pack) -> _Named:
    return pack.title, policy.version
