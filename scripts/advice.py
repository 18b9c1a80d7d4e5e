"""What to do about a setup that failed."""

import re
import sys

PYTHON_NAME = f"Python {sys.version_info.major}.{sys.version_info.minor}"

# What a failing pip or uv says (first match counts), and what to do about it.
ADVICE = (
    (
        r"No space left on device|os error 28|Errno 28|Disk quota exceeded",
        "The disk is full: make room for 2 GB (packages and their cache), then run make again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch",
        "A package is not the one that requirements.lock names, so it was not used. Put the lock back\n"
        "(git checkout requirements.lock) and run make again. If that does not help, the package may have\n"
        "been changed on its way to you: do not install it by hand, report it.",
    ),
    (
        r"certificate|UnknownIssuer",
        "The package index could not prove who it is. Where a firewall puts in a certificate of its own,\n"
        "say where that lies: export SSL_CERT_FILE=/path/to/it PIP_CERT=/path/to/it, then run make again.",
    ),
    (
        r"dns error|name resolution|client error \(Connect\)|NewConnectionError|ConnectTimeout|ReadTimeout"
        r"|ProxyError|Network is unreachable|Connection refused|timed out|from versions: none",
        "No network: the packages are fetched from the Python package index. Check the connection (behind a\n"
        "proxy: export HTTPS_PROXY=...), then run make again; what was fetched is kept.",
    ),
    (
        r"No matching distribution|no wheels|no usable wheels",
        f"A package has no build for {PYTHON_NAME} on this machine. Try a Python between 3.11 and 3.14:\n"
        "make run PYTHON=/path/to/python3",
    ),
    (
        r"Permission denied",
        "What is named above cannot be written; it may belong to another user (a make with sudo?). Make it\n"
        "yours, then run make again. UV_CACHE_DIR=/a/folder keeps fetched packages elsewhere.",
    ),
)


def advise(failure: str) -> str:
    """Say what to do about what a failing pip, uv or system call said."""
    unknown = "What stands above is all that is known."
    return next((advice for reason, advice in ADVICE if re.search(reason, failure)), unknown)
