"""The certificate of an induction as a PDF: tagged for screen readers (PDF/UA-1), one page, A4."""

import json
from pathlib import Path

import typst

from adapters.output import OutputError
from adapters.printable import in_one_direction, printable
from bot.induction.cards import ACKNOWLEDGED, in_words
from bot.induction.proof import Proof

_TEMPLATE = Path(__file__).with_suffix(".typ")
# What the compiler says where no font has a letter.
_NO_LETTER = "could not be displayed"
_NAMELESS = "the person whose name is in the record"


class CertificateError(OutputError):
    """A certificate cannot be made; the message says what to do."""


def certificate(proof: Proof) -> bytes:
    """Return the certificate; the same record gives the same bytes.

    It is set in the fonts that come with the compiler. A name in letters that these lack is set in the
    machine's own fonts; where those lack them too, the certificate names no one, and its code tells who it
    is. Raises CertificateError where anything else has such letters.
    """
    said = _said(proof)
    for system_fonts, name in ((False, said["name"]), (True, said["name"]), (True, _NAMELESS)):
        made = _compiled({**said, "name": name}, proof, system_fonts=system_fonts)
        if made is not None:
            return made
    raise CertificateError(
        "No font here has the letters of the organisation or the policy. Install one for them, such as Noto."
    )


def _compiled(said: dict[str, str], proof: Proof, *, system_fonts: bool) -> bytes | None:
    """Return the document, None where a letter has no font."""
    try:
        return typst.compile(
            _TEMPLATE.read_bytes(),
            sys_inputs={"data": json.dumps(said)},
            ignore_system_fonts=not system_fonts,
            pdf_standards="ua-1",
            timestamp=int(proof.at.timestamp()),
        )
    except typst.TypstError as error:
        if _NO_LETTER in error.message:
            return None
        raise


def _said(proof: Proof) -> dict[str, str]:
    """Return what stands on the certificate, by its name in the template."""
    day = f"{proof.at.day} {proof.at:%B %Y}"
    shown = "was shown the clauses named below, word for word, and acknowledged:"
    said = {
        "title": "Certificate of induction",
        "organisation": proof.organisation,
        "name": proof.name,
        "said": "signed for this policy on paper." if proof.on_paper else shown,
        "quoted": "" if proof.on_paper else ACKNOWLEDGED,
        "policy": proof.policy,
        "date": day,
        "role": in_words(proof.roles),
        "clauses": ", ".join(proof.cited),
        "version": proof.version,
        "code": proof.code,
        "command": f"hearth induction verify {proof.code}",
    }
    said["summary"] = f"{proof.name}, {said['role']}, on the {proof.policy}, {day}"
    return {key: in_one_direction(printable(value)) for key, value in said.items()}
