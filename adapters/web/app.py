"""The web application: page, script and style, conversation, review."""

from aiohttp import web

from adapters.web.bell import Bell
from adapters.web.chat import Chat
from adapters.web.documents import Documents
from adapters.web.guard import add_headers, guard
from adapters.web.page import STATIC, render_page
from adapters.web.review import Review
from adapters.web.settings import WebSettings
from adapters.web.uploads import Uploads
from bot.records.store import Records


def create_app(records: Records, settings: WebSettings, bell: Bell) -> web.Application:
    """Return the chat as an aiohttp application: accepts what is said, shows what a `WebChannel` wrote.

    `bell` is rung by the channels of this process; those of other processes need none. Every request passes
    the guard first; `adapters.web.serve` is how to listen safely.
    """
    page, chat = render_page(settings), Chat(records, settings, bell)
    documents = Documents(records, chat.conversation)

    async def index(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", charset="utf-8")

    app = web.Application(middlewares=[guard(settings)])
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(chat.close)
    app.router.add_get("/", index)
    app.router.add_post("/conversation", chat.open)
    app.router.add_get("/chat", chat.connect)
    app.router.add_get("/document/{document}", documents.give)
    app.router.add_post("/file", Uploads(records, chat.conversation).take)
    review = Review(records, settings, chat.conversation)
    app.router.add_get("/review", review.all)
    app.router.add_get("/review/{name}", review.show)
    app.router.add_post("/review/{name}", review.take)
    app.router.add_get("/review/{name}/{section}", review.show)
    app.router.add_post("/review/{name}/{section}", review.take)
    app.router.add_static("/static", STATIC)
    return app
