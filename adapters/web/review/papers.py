"""Papers: the policies of an organisation with their packs as files, read, and changed by one at a time."""

import fcntl
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.output import whole_file
from knowledge.norms import CorrectionError
from knowledge.pack import PackError, pack_of
from knowledge.pack_edits import PackFile
from knowledge.reader import PolicyError, read_policy

# An earlier version that `hearth policy add --replace` put aside.
_EARLIER = re.compile(r".*\.[0-9a-f]{8}")


class NoSuchPaper(Exception):  # noqa: N818 - reads as what happened
    """No policy of the organisation has this name."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A policy and its pack as they stand in their files at this moment."""

    name: str
    text_file: Path
    pack_file: Path
    file: PackFile

    def write(self, text: str) -> None:
        """Put another text in the pack's place, whole or not at all; raise OutputError."""
        with whole_file(self.pack_file) as put:
            put(text)


class Papers:
    """The policies in some folders that are the organisation's; earlier versions put aside are left out."""

    def __init__(self, folders: Sequence[Path], organisation: str) -> None:
        self._folders = folders
        self._organisation = organisation

    def all(self) -> tuple[Sequence[Paper], Sequence[str]]:
        """Return every policy that can be read, and a line for each that cannot."""
        papers, faults = [], []
        for name, pack_file in self._files().items():
            try:
                paper = _read(name, pack_file)
                paper.file.review()
            except (PolicyError, PackError, CorrectionError) as error:
                faults.append(f"{name}: {error}")
            else:
                if paper.file.policy.organisation == self._organisation:
                    papers.append(paper)
        return papers, faults

    def read(self, name: str) -> Paper:
        """Return a policy; raise NoSuchPaper, or PolicyError or PackError where it cannot be used."""
        file = self._files().get(name)
        if file is None:
            raise NoSuchPaper(name)
        paper = _read(name, file)
        if paper.file.policy.organisation != self._organisation:
            raise NoSuchPaper(name)
        return paper

    @contextmanager
    def changing(self, name: str) -> Iterator[Paper]:
        """Give a policy while nobody else changes its pack, in no process; as `read`.

        Where the block fails, what it wrote is put back.
        """
        file = self._files().get(name)
        if file is None:
            raise NoSuchPaper(name)
        with _locked(file.parent):
            paper = self.read(name)
            try:
                yield paper
            except BaseException:
                if file.read_text(encoding="utf-8") != paper.file.text:
                    paper.write(paper.file.text)
                raise

    def _files(self) -> Mapping[str, Path]:
        found: dict[str, Path] = {}
        for folder in self._folders:
            for pack in sorted(folder.glob("*.pack.toml")):
                name = pack.name.removesuffix(".pack.toml")
                if not _EARLIER.fullmatch(name) and pack.with_name(f"{name}.txt").exists():
                    found.setdefault(name, pack)
        return found


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait until no other process changes a pack of the folder; a pack itself is another file each time."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _read(name: str, pack_file: Path) -> Paper:
    text_file = pack_file.with_name(f"{name}.txt")
    try:
        text = pack_file.read_text(encoding="utf-8")
        pack = pack_of(tomllib.loads(text), pack_file.name)
    except (OSError, ValueError) as error:
        raise PackError(
            f"{pack_file.name}: cannot be read ({error}). Correct it, or write it again."
        ) from error
    policy = read_policy(text_file, organisation=pack.organisation, title=pack.title)
    return Paper(name, text_file, pack_file, PackFile(policy, text))
