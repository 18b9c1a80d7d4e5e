"""Documents: what a card offers to be fetched, for the person alone whose it is, on every platform."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.certificate_of import certificate_of
from adapters.export_of import export_of
from adapters.file_of import file_of
from bot.records.store import Records


@dataclass(frozen=True, slots=True)
class Given:
    """A document as it is given out: the name of its file, its type, its bytes."""

    name: str
    media: str
    content: bytes


def document_of(records: Records, account: str, document: str) -> Given | None:
    """Return what a `Document` names ("certificate:3f9a…"), None where it is not for whoever has the account.

    Raises RecordsUnavailable.
    """
    kind, _, given = document.partition(":")
    return _KINDS[kind](records, account, given) if kind in _KINDS else None


def _certificate(records: Records, account: str, given: str) -> Given | None:
    made = certificate_of(records, account, given)
    return Given("certificate.pdf", "application/pdf", made) if made is not None else None


def _file(records: Records, account: str, given: str) -> Given | None:
    found = file_of(records, account, given)
    return Given(found.name, found.media, found.content) if found is not None else None


def _export(records: Records, account: str, given: str) -> Given | None:
    made = export_of(records, account, given)
    return Given("what-hearth-holds-about-me.html", "text/html", made) if made is not None else None


_KINDS: Mapping[str, Callable[[Records, str, str], Given | None]] = {
    "certificate": _certificate,
    "file": _file,
    "export": _export,
}
