"""Slack: what it is sent, what it sends, and whole conversations through a client of others."""
