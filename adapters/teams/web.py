"""Calling Microsoft's services: one pool of connections for all threads of the process."""

import urllib3

# The platform's own time limits are longer; nobody waits for an answer of ours that long.
SECONDS: urllib3.Timeout | float = urllib3.Timeout(connect=5, read=15)


def new_pool() -> urllib3.PoolManager:
    """Return a pool that keeps connections open; it repeats nothing by itself and follows no redirect."""
    return urllib3.PoolManager(num_pools=16, maxsize=16, retries=False, timeout=SECONDS)
