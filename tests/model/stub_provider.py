"""A language model's provider on this machine: speaks OpenAI's chat completions, and says what it is told to.

`StandInChat` takes the place of the provider's own package where that is not installed; Hearth reaches either
through `init_chat_model`.
"""

import http.client
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from threading import Event, Thread
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from knowledge.masking import Mask
from knowledge.model_reader import ModelReader
from tests.policies import home_start_pack, home_start_policy

KEY = "sk-a-secret"
# A reply that keeps to the labels and settles nothing.
READ: Mapping[str, object] = {
    "topic": "friend_request",
    "other_topics": [],
    "form": "may",
    "who": "self",
    "whom": "family",
    "facts": [],
    "harm": False,
}
Body = dict[str, Any]


def settles(fact: str, value: str, words: str) -> dict[str, object]:
    """Return a reply that settles one fact."""
    return {**READ, "facts": [{"fact": fact, "value": value, "words": words}]}


def connected(url: str, seconds: float = 20, name: str = "openai:stub") -> ModelReader:
    """Return a model reader that calls a provider."""
    mask = Mask(clause.text for clause in home_start_policy().clauses)
    return ModelReader.connect(name, home_start_pack(), mask, url=url, key=KEY, seconds=seconds)


class Provider:
    """Answers every call in the way that was set last, and remembers what it was sent."""

    def __init__(self) -> None:
        self.sent: list[Body] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        self._closing = Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.provider = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self.answer: Callable[[BaseHTTPRequestHandler, Body], None] = _refusal(503)

    def labels(self, labels: Mapping[str, object]) -> None:
        """Fill these labels from now on."""
        self.arguments(json.dumps(labels))

    def arguments(self, arguments: str) -> None:
        """Give this text where labels belong, whatever it is."""
        self.answer = lambda handler, asked: _send(handler, 200, _filled(asked, arguments))

    def declines(self, words: str) -> None:
        """Answer in words and fill nothing."""
        self.answer = lambda handler, _: _send(handler, 200, _completion({"content": words}))

    def refuses(self, status: int) -> None:
        """Refuse every call with this HTTP status."""
        self.answer = _refusal(status)

    def garbles(self, body: str) -> None:
        """Send this as the whole body."""
        self.answer = lambda handler, _: _send(handler, 200, body)

    def drips(self) -> None:
        """Send a byte now and then and never finish: no time limit between two bytes ever runs out."""
        self.answer = self._drip

    def _drip(self, handler: BaseHTTPRequestHandler, _: Body) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):  # the client has given up
            while not self._closing.wait(0.02):
                handler.wfile.write(b" ")

    @contextmanager
    def running(self) -> "Iterator[Provider]":
        """Serve until the block ends."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    provider: Provider
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        provider = self.server.provider
        provider.paths.append(self.path)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        provider.sent.append(asked)
        provider.keys.append(self.headers["Authorization"])
        provider.answer(self, asked)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _refusal(status: int) -> Callable[[BaseHTTPRequestHandler, Body], None]:
    return lambda handler, _: _send(handler, status, json.dumps({"error": {"message": "no"}}))


def _send(handler: BaseHTTPRequestHandler, status: int, body: str) -> None:
    data = body.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _filled(asked: Body, arguments: str) -> str:
    """Put the labels where the request wants them: in a call of its tool, else as the content."""
    if not asked.get("tools"):
        return _completion({"content": arguments})
    function = {"name": asked["tools"][0]["function"]["name"], "arguments": arguments}
    return _completion(
        {"content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}
    )


def _completion(message: Body) -> str:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    )


class StandInChat(BaseChatModel):
    """Calls a chat completions endpoint, with the options of `ChatOpenAI` that Hearth uses."""

    model: str
    base_url: str
    api_key: str
    temperature: float
    timeout: float
    max_retries: int

    @property
    def _llm_type(self) -> str:
        return "stand-in"

    def bind_tools(self, tools: Any, **options: Any) -> Runnable[Any, AIMessage]:
        """Offer tools with every call."""
        options.pop("ls_structured_output_format", None)
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **options)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: object = None,  # noqa: ARG002 - langchain passes it
        run_manager: object = None,  # noqa: ARG002 - langchain passes it
        **options: Any,
    ) -> ChatResult:
        body = {"model": self.model, "temperature": self.temperature, **options}
        reply = self._post({**body, "messages": convert_to_openai_messages(messages)})
        said = reply["choices"][0]["message"]
        calls = [
            {"name": c["function"]["name"], "args": json.loads(c["function"]["arguments"]), "id": c["id"]}
            for c in said.get("tool_calls") or ()
        ]
        message = AIMessage(content=said["content"] or "", tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _post(self, body: Body) -> Body:
        address = urlsplit(self.base_url)
        connection = http.client.HTTPConnection(address.netloc, timeout=self.timeout)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.api_key}"}
        with closing(connection):
            connection.request("POST", f"{address.path}/chat/completions", json.dumps(body), headers)
            with connection.getresponse() as response:
                data = response.read()
        if response.status != 200:
            raise ConnectionRefusedError(response.status)
        reply: Body = json.loads(data)
        return reply


def install_client(patch: pytest.MonkeyPatch) -> None:
    """Let `init_chat_model("openai:…")` find a client: the provider's own package, else the stand-in."""
    if find_spec("langchain_openai") is None:
        package = ModuleType("langchain_openai")
        package.ChatOpenAI = StandInChat  # type: ignore[attr-defined]  # what init_chat_model looks for
        patch.setitem(sys.modules, "langchain_openai", package)
