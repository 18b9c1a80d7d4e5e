"""The register as files: CSV and a workbook, in which nothing that a person typed becomes a formula."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

from adapters.printable import in_one_direction, printable
from bot.induction.register import Row

_Value = str | int | date | None

# Spreadsheets take a text that begins so for a formula; the wide forms are typed in East Asian scripts.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

COLUMNS: Mapping[str, Callable[[Row], _Value]] = {
    "Name": lambda row: row.name,
    "Accounts": lambda row: " ".join(row.accounts),
    "Roles": lambda row: " and ".join(row.roles),
    "State": lambda row: row.state,
    "Step": lambda row: row.step or None,
    "Steps": lambda row: row.steps or None,
    "Policy version": lambda row: row.version,
    "Started": lambda row: _day(row.started),
    "Last step": lambda row: _day(row.stepped),
    "Late since": lambda row: _day(row.late_since),
    "Choices in situations": lambda row: row.attempts,
    "Acknowledged": lambda row: _day(row.acknowledged),
    "Through": lambda row: row.through,
    "Code of the certificate": lambda row: row.code,
    "Id of the person": lambda row: row.person,
}


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return the register as CSV in UTF-8 with its mark, which spreadsheets need to read it as such."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # parted by semicolons, quoted fields stay whole
    writer.writerow(COLUMNS)
    writer.writerows([_plain(value(row)) for value in COLUMNS.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(rows: Sequence[Row], made: datetime) -> bytes:
    """Return the register as a workbook (XLSX); the same rows and moment give the same bytes."""
    file = io.BytesIO()
    # In memory: a temporary file would hold names in clear.
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": "Register of the induction", "created": made.replace(tzinfo=None)})
        sheet = book.add_worksheet("Register")
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        head = book.add_format({"bold": True, "bottom": 1})
        for column, title in enumerate(COLUMNS):
            sheet.write_string(0, column, title, head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(COLUMNS.values()):
                _put(sheet, number, column, value(row), day)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
        sheet.autofit()
    return file.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before one that looks so."""
    shown = in_one_direction(printable(text))
    return f"'{shown}" if shown.lstrip(" \u00a0").startswith(_FORMULA) else shown


def _put(sheet: Any, row: int, column: int, value: _Value, day: Any) -> None:
    match value:
        case None | "":
            return
        case str():
            sheet.write_string(row, column, harmless(value))
        case int():
            sheet.write_number(row, column, value)
        case date():
            sheet.write_datetime(row, column, value, day)


def _plain(value: _Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case int():
            return str(value)
        case date():
            return value.isoformat()


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()
