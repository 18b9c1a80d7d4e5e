"""What a card's buttons carry along: the card itself, sealed, so that a press can show what became of it.

Teams does not send the pressed card back, and Hearth keeps no card that was sent.
"""

import base64
import zlib

from bot.card import Card
from bot.records.vault import UnusableKey, Vault
from bot.stored import dump_card, load_card

_PLACE = "teams.card"
_MOST_BYTES = 200_000


def carry(vault: Vault, conversation: str, card: Card, whose: str = "") -> str:
    """Return a card as its buttons carry it; it opens in this conversation alone.

    Where several read along, it opens for one of them: `whose` is the account.
    """
    packed = base64.b85encode(zlib.compress(dump_card(card).encode())).decode()
    return base64.urlsafe_b64encode(vault.seal(_PLACE, f"{conversation} {whose}", packed)).decode()


def carried(vault: Vault, conversation: str, text: str, whose: str = "") -> Card | None:
    """Return the card that was carried, None for what this installation did not give along here, to her."""
    if not text:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text)
        packed = base64.b85decode(vault.open(_PLACE, f"{conversation} {whose}", sealed))
        unpacked = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        return load_card(unpacked.decode())
    except (UnusableKey, ValueError, KeyError, zlib.error):
        return None
