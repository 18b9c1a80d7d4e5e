"""Apart: a session of one organisation's records gives no row of another's, whatever is asked for.

Every query names its organisation, or goes out from a row that did. This is the wall behind them: a query
that forgets fails, and what it found is used for nothing.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

_OF = "organisation"


class NotTheirs(Exception):  # noqa: N818 - what was found
    """A row of another organisation was read. Says its table alone."""


def keep_to(session: Session, organisation: str) -> None:
    """Have a session raise NotTheirs where it would give a row of another organisation."""
    session.info[_OF] = organisation


@event.listens_for(Session, "loaded_as_persistent")
def _look(session: Session, row: Any) -> None:
    """Look at a row that was read; an attribute that was not read with it is not fetched for this."""
    own = session.info.get(_OF)
    if own is not None and vars(row).get("organisation", own) != own:
        raise NotTheirs(type(row).__name__)
