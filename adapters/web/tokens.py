"""Tokens: the secrets by which a browser's cookie names its conversation."""

import secrets
from collections import OrderedDict
from hashlib import sha256

from adapters.web import entries
from bot.records.store import Records

# Tokens that were given out and with which nothing has been said yet; a page whose own falls out asks for
# another one.
MAX_FRESH = 1000


class Tokens:
    """Tells the tokens that were given out here from what anyone may put into a cookie.

    Once something was said with a token, the records tell, also after a restart.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._fresh: OrderedDict[str, None] = OrderedDict()

    def new(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(32)
        self._fresh[_conversation(token)] = None
        if len(self._fresh) > MAX_FRESH:
            self._fresh.popitem(last=False)
        return token

    def conversation(self, token: str) -> str | None:
        """Return the conversation of a token, None for one that is not ours; raise RecordsUnavailable."""
        conversation = _conversation(token)
        if conversation in self._fresh or entries.newest(self._records, [conversation]):
            return conversation
        return None


def _conversation(token: str) -> str:
    """Name a conversation after the hash of its token: the records never see the secret."""
    return "web:" + sha256(token.encode(errors="surrogateescape")).hexdigest()[:24]
