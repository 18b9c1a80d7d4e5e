"""The local web chat."""

from adapters.web.app import create_app
from adapters.web.bell import Bell
from adapters.web.channel import WebChannel
from adapters.web.serve import CannotServe, serve
from adapters.web.settings import WebSettings

__all__ = ["Bell", "CannotServe", "WebChannel", "WebSettings", "create_app", "serve"]
