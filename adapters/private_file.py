"""Writing a file with personal data: whole or not at all, and readable by nobody else on the machine."""

import os
from contextlib import suppress
from pathlib import Path

from adapters.output import OutputError

_MODE = 0o600


def write_private(path: Path, content: bytes) -> None:
    """Put content into a file; what was there before is replaced. Raises OutputError."""
    target = path.resolve()  # a link stays a link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder that you may write to."
        ) from error
