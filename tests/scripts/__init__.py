"""The conversation scripts, and what plays them on any stage."""
