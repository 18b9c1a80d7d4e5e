"""Tests, by what a user does."""
