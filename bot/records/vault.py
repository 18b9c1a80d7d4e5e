"""Sealing what must not be read from the database file, its backup or a copy of its disk."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32  # AES-256
_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces of 96 bits
_NAME_BYTES = 4
_FORMAT = b"\x01"
PREFIX_BYTES = len(_FORMAT) + _NAME_BYTES


class UnusableKey(Exception):  # noqa: N818 - reads as what it is: "unusable key: …"
    """A key cannot be used, or none opens what was sealed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """One AES-256 key; never shown: it prints as its name."""

    secret: bytes

    @property
    def name(self) -> bytes:
        """The first bytes of the key's hash: says which key sealed something, tells nothing of the key."""
        return sha256(b"hearth key name" + self.secret).digest()[:_NAME_BYTES]

    def __repr__(self) -> str:
        return f"Key({self.name.hex()})"


def new_key() -> str:
    """Return a new key as it is written in the settings: 43 letters of URL-safe base64."""
    return base64.urlsafe_b64encode(token_bytes(KEY_BYTES)).decode().rstrip("=")


def read_keys(text: str) -> tuple[Key, ...]:
    """Return the keys of a list separated by commas or white space; raise UnusableKey for what is none."""
    return tuple(_key(word, place) for place, word in enumerate(text.replace(",", " ").split(), 1))


def _key(word: str, place: int) -> Key:
    try:
        secret = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise UnusableKey(f"key {place} is no key: `hearth keys new` makes one of 43 letters")
    return Key(secret)


@dataclass(frozen=True)
class Vault:
    """Seals and opens values. The first key seals; all open.

    Each value is bound to its place, `table.column:row id`: moved to another row it does not open.
    """

    keys: Sequence[Key]

    @cached_property
    def _ciphers(self) -> Mapping[bytes, AESGCM]:
        return {key.name: AESGCM(key.secret) for key in self.keys}

    @property
    def sealing(self) -> bytes:
        """The name of the key that seals."""
        return self.keys[0].name

    def seal(self, place: str, row: str, text: str) -> bytes:
        """Return the text sealed for `table.column` and the row's id."""
        nonce = os.urandom(_NONCE_BYTES)
        name = self.sealing
        sealed = self._ciphers[name].encrypt(nonce, text.encode(), _bound(place, row))
        return _FORMAT + name + nonce + sealed

    def open(self, place: str, row: str, sealed: bytes) -> str:
        """Return the text; raise UnusableKey where its key is not there, or where it was changed or moved."""
        name = key_name(sealed)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnusableKey(
                f"{place} was sealed with the key {name.hex()}, which is not in HEARTH_KEYS. "
                "Add it back to the list."
            )
        start = PREFIX_BYTES + _NONCE_BYTES
        try:
            nonce, body = sealed[PREFIX_BYTES:start], sealed[start:]
            return cipher.decrypt(nonce, body, _bound(place, row)).decode()
        except InvalidTag as error:
            raise UnusableKey(f"{place} of row {row} was changed or moved: it does not open") from error


def key_name(sealed: bytes) -> bytes:
    """Return the name of the key that sealed a value; raise UnusableKey for bytes that were never sealed."""
    if not sealed.startswith(_FORMAT) or len(sealed) < PREFIX_BYTES + _NONCE_BYTES:
        raise UnusableKey("a sealed value is damaged: it is none that this version wrote")
    return sealed[len(_FORMAT) : PREFIX_BYTES]


def prefix(name: bytes) -> bytes:
    """Return the `PREFIX_BYTES` with which everything begins that the key of a name sealed."""
    return _FORMAT + name


def _bound(place: str, row: str) -> bytes:
    return f"{place}:{row}".encode()
