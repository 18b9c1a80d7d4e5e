"""The package of a DOCX: its XML parts, read with limits, without entities and without the network."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from knowledge.reader import PolicyError

MOST_BYTES = 32 * 1024 * 1024  # of one part, unpacked: some 2,000 pages
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# What zipfile raises for a damaged file, besides what it names itself.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, OSError, EOFError, NotImplementedError,
    ValueError,
)  # fmt: skip
_MAIN = "word/document.xml"


class Package:
    """The parts of a Word document; names are without namespaces, so that both kinds of DOCX read alike."""

    def __init__(self, data: bytes) -> None:
        """Open the package; raise PolicyError for what is none."""
        if data.startswith(_OLD_WORD):
            if _ENCRYPTED_PACKAGE in data:
                raise PolicyError("asks for a password. Save a copy without one.")
            raise PolicyError("an old Word document (.doc). Save it as .docx.")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            self._names = set(self._zip.namelist())
        except DAMAGED as error:
            raise PolicyError(f"not a Word document ({error}). Save it again as .docx.") from error
        self.main = self._main_name()

    def part(self, name: str) -> etree._Element | None:
        """Return the root of a part beside the main one ("styles.xml"), or None where there is none."""
        folder = self.main.rpartition("/")[0]
        return self._read(f"{folder}/{name}" if folder else name)

    def document(self) -> etree._Element:
        """Return the root of the main part; raise PolicyError where the package has none."""
        root = self._read(self.main)
        if root is None:
            raise PolicyError("a zip file, but no Word document is in it. Save the policy again as .docx.")
        return root

    def _main_name(self) -> str:
        relations = self._read("_rels/.rels")
        for relation in relations if relations is not None else ():
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return (relation.get("Target") or _MAIN).lstrip("/")
        return _MAIN

    def _read(self, name: str) -> etree._Element | None:
        if name not in self._names:
            return None
        try:
            with self._zip.open(name) as part:
                data = part.read(MOST_BYTES + 1)
        except DAMAGED as error:
            raise PolicyError(f"{name} in it is damaged ({error}). Save the document again.") from error
        except RuntimeError as error:  # zipfile's word for an encrypted member
            raise PolicyError("asks for a password. Save a copy without one.") from error
        if len(data) > MOST_BYTES:
            raise PolicyError(
                f"{name} in it unpacks to more than {MOST_BYTES // 1024**2} MB. Give the policy alone."
            )
        return _without_namespaces(_parsed(name, data))


def _parsed(name: str, data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise PolicyError(f"{name} in it is not readable ({error.msg}). Save the document again.") from error
    if root.getroottree().docinfo.doctype:
        raise PolicyError(f"{name} in it declares entities, which no Word document does. Save it again.")
    return root


def _without_namespaces(root: etree._Element) -> etree._Element:
    for element in root.iter(etree.Element):
        element.tag = _local(str(element.tag))
        for key in list(element.attrib):
            if str(key).startswith("{"):
                element.set(_local(str(key)), element.attrib.pop(key))
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def val(parent: etree._Element | None, path: str) -> str | None:
    """Return the value of a property ("pPr/pStyle"), None where it is not given."""
    found = parent.find(path) if parent is not None else None
    return None if found is None else found.get("val")


def is_on(parent: etree._Element | None, path: str) -> bool | None:
    """Return whether a property that can be switched is on, None where it is not given."""
    found = parent.find(path) if parent is not None else None
    return None if found is None else found.get("val", "1") not in ("0", "false", "off", "none")


def within(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of a name below an element."""
    yield from element.iter(name)
