"""Text copied out of a PDF: its numbers and bullets stand on lines of their own, above their words."""

from collections.abc import Sequence

from knowledge.lines import Marker, marker_of, reads_as_title


def with_numbers_before_words(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return numbered lines, each number, letter or bullet that stands alone put before the line below it.

    A figure without a full stop may be a page's: it counts where the line below is a title, and the next
    number that stands alone is within it ("1", then "1.1").
    """
    alone = {at: marker for at, (_, line) in enumerate(lines) if (marker := _alone(line))}
    found: list[tuple[int, str]] = []
    put: set[int] = set()
    for at, (number, line) in enumerate(lines):
        if at in put:
            continue
        below = _next_written(lines, at)
        if at not in alone or below is None or below in alone or not _heads(at, below, lines, alone):
            found.append((number, line))
            continue
        if alone[at].kind != "bullet" and found and found[-1][1].strip():
            found.append((number, ""))
        found.append((number, f"{line.rstrip()} {lines[below][1].strip()}"))
        put |= set(range(at + 1, below + 1))
    return found


def _alone(line: str) -> Marker | None:
    marker = marker_of(f"{line.rstrip()} x") if line.strip() else None
    return marker if marker and marker.rest == "x" and marker.kind != "named" else None


def _next_written(lines: Sequence[tuple[int, str]], at: int) -> int | None:
    return next((place for place in range(at + 1, len(lines)) if lines[place][1].strip()), None)


def _heads(at: int, below: int, lines: Sequence[tuple[int, str]], alone: dict[int, Marker]) -> bool:
    marker = alone[at]
    if marker.kind != "bare":
        return True
    following = next((other for place, other in alone.items() if place > at and other.kind == "number"), None)
    within = following is not None and following.parts[: len(marker.parts)] == marker.parts
    return within and reads_as_title(lines[below][1].strip())
