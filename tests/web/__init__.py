"""The web chat: its server, and its page in a real browser."""
