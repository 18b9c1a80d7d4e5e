"""Slack: the only place that knows its SDK and its payloads."""
