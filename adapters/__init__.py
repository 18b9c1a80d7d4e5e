"""How the assistant is reached: the web chat, the command line; the one place that wires classes."""
