"""The optional language model, against a provider on this machine."""
