"""The stand-in of Microsoft's services, as a test sees it and sets it."""

from dataclasses import dataclass
from typing import Any

import urllib3


@dataclass
class Services:
    """The stand-in of Microsoft's services, from outside."""

    base: str
    pool: urllib3.PoolManager

    @property
    def log(self) -> list[dict[str, Any]]:
        """What was asked of the connector."""
        return list(self._told()["log"])

    @property
    def fetched(self) -> int:
        """How often the keys were fetched."""
        return int(self._told()["fetched"])

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The activities that were sent, in order."""
        return [entry["body"] for entry in self.log if entry["what"] == "POST"]

    def set(self, what: str, given: object) -> None:
        """Set what is to come: `faults`, `file_faults`, `keys`, or `log` to begin it anew."""
        self.pool.request("POST", f"{self.base}/_control/{what}", json=given)

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = self.pool.request("GET", f"{self.base}/_control/log").json()
        return told
