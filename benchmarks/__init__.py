"""Measures Hearth beside what a user would pick instead."""
