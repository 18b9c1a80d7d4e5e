"""The forms of the kinds of cases that have one."""

from collections.abc import Mapping

from bot.cases import complaint, content
from bot.cases.form import Form

FORMS: Mapping[str, Form] = {"complaint": complaint.FORM, "content": content.FORM}
