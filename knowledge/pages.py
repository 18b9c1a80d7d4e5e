"""Pages: a section's clauses, dealt out to pages of readable length without cutting one."""

from collections.abc import Sequence

PAGE_WORDS = 125  # about 120: half a minute to read, and little scrolling on a phone


def dealt(sizes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the pages for clauses of these sizes (in words), each as its first and one past its last place.

    A page holds at most `PAGE_WORDS`, but for a clause that alone is longer. Of all ways to deal them out it
    is one with the fewest pages, and of these the most even: so a short clause stays alone on a page only
    where it fits with no other, or where the other would leave still less behind.
    """
    best: list[tuple[tuple[int, int], tuple[tuple[int, int], ...]]] = [((0, 0), ())]
    for end in range(1, len(sizes) + 1):
        ways = []
        words = 0
        for start in reversed(range(end)):
            words += sizes[start]
            if words > PAGE_WORDS and end - start > 1:
                break
            (pages, uneven), before = best[start]
            ways.append(((pages + 1, uneven + words * words), (*before, (start, end))))
        best.append(min(ways))
    return best[-1][1]
