"""Documents of five formats: what is read of each, and what is refused."""
