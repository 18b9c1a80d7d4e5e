"""Calls of a language model: set up through langchain, limited in time and number, its errors never quoted.

Langchain is imported when a model is configured: it takes most of a second, and the provider's package more.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import Any, Self

# Calls that run at one time. A provider that hangs holds these and no more; further messages are not sent.
MAX_CALLS = 8


class ModelReaderError(Exception):
    """The configured model cannot be used; the message says why and what to do. It never holds the key."""


class NotRead(Exception):  # noqa: N818 - not a fault of the program: what is embedded does without
    """The model gave no reply that can be used. Says the kind of fault, never a word of what was sent."""


class ModelCalls:
    """Asks a language model to fill in labels, through whatever takes langchain messages and replies."""

    def __init__(self, ask: Callable[[Any], object], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._free = BoundedSemaphore(MAX_CALLS)

    @classmethod
    def connect(
        cls, name: str, schema: dict[str, Any], *, url: str | None, key: str | None, seconds: float
    ) -> Self:
        """Set the model up, without calling it; `name` is "provider:model" as `init_chat_model` takes it.

        `url` and `key` are the provider's own where None. Raises ModelReaderError where the provider is not
        known or its package is not installed.
        """
        from langchain.chat_models import init_chat_model

        given = {"base_url": url, "api_key": key, "timeout": seconds, "max_retries": 0}
        options: dict[str, Any] = {option: value for option, value in given.items() if value is not None}
        try:
            model = init_chat_model(name, temperature=0, **options)
            chain = model.with_structured_output(schema)
        except ImportError as error:
            package = str(getattr(error.__cause__, "name", "of that provider")).replace("_", "-")
            raise ModelReaderError(
                f"HEARTH_MODEL is {name}, which needs the package {package}. "
                f"Install it: .venv/bin/python -m pip install {package}"
            ) from None
        except Exception as error:  # noqa: BLE001 - each provider's package has errors of its own
            kind = type(error).__name__
            raise ModelReaderError(
                f"HEARTH_MODEL is {name}, which cannot be set up ({kind}). Check the provider and the model, "
                "and that HEARTH_MODEL_KEY holds the provider's key."
            ) from None  # the provider's words may quote the key
        return cls(chain.invoke, seconds)

    def reply(self, sent: list[tuple[str, str]]) -> object:
        """Return what the model filled in; raise NotRead where there is nothing in time."""
        if not self._free.acquire(blocking=False):
            raise NotRead("too many calls are waiting")
        reply: Future[object] = Future()
        # A thread of its own, since a provider's own time limit starts afresh with every byte that arrives.
        Thread(target=self._call, args=(sent, reply), daemon=True).start()
        try:
            return reply.result(timeout=self._seconds)
        except Exception as error:  # noqa: BLE001 - each provider's package has errors of its own
            raise NotRead(type(error).__name__) from None  # their words may quote the message

    def _call(self, sent: list[tuple[str, str]], reply: Future[object]) -> None:
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False):  # else an environment set up for it sends a copy elsewhere
                reply.set_result(self._ask(sent))
        except Exception as error:  # noqa: BLE001 - told to the one who waits
            reply.set_exception(error)
        finally:
            self._free.release()
