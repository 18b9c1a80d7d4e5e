"""The review page: an officer looks at what was understood of a policy, and corrects it."""

from adapters.web.review.pages import Review

__all__ = ["Review"]
