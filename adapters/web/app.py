"""The web application: page, script and style, conversation."""

from aiohttp import web

from adapters.web.chat import Chat, Door
from adapters.web.guard import add_headers, guard
from adapters.web.page import STATIC, render_page
from adapters.web.settings import WebSettings


def create_app(door: Door, settings: WebSettings) -> web.Application:
    """Return the chat as an aiohttp application; `door` answers every message.

    Every request passes the guard first; `adapters.web.serve` is how to listen safely.
    """
    page, chat = render_page(settings), Chat(door, settings)

    async def index(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", charset="utf-8")

    app = web.Application(middlewares=[guard(settings)])
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(chat.close)
    app.router.add_get("/", index)
    app.router.add_post("/conversation", chat.open)
    app.router.add_get("/chat", chat.connect)
    app.router.add_static("/static", STATIC)
    return app
