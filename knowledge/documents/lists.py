"""Lists: the number or letter that an item of a list shows, counted from the list's structure."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN = 3999


def letters(number: int) -> str:
    """Return a, b, … z, aa, ab, … for 1, 2, …, as browsers count them."""
    shown = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        shown = chr(ord("a") + rest) + shown
    return shown


def repeated_letters(number: int) -> str:
    """Return a, b, … z, aa, bb, … for 1, 2, …, as Word counts them."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""


def roman(number: int) -> str:
    """Return i, ii, iii, iv, … for 1, 2, 3, 4, …; figures where Roman numerals have none."""
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    shown = ""
    for value, figure in _ROMAN:
        times, number = divmod(number, value)
        shown += figure * times
    return shown
