"""The local web chat."""

from adapters.web.app import create_app
from adapters.web.chat import Door
from adapters.web.codes import CodeDesk, issue
from adapters.web.serve import CannotServe, serve
from adapters.web.settings import WebSettings

__all__ = ["CannotServe", "CodeDesk", "Door", "WebSettings", "create_app", "issue", "serve"]
