"""Setting Hearth up; `make` is the way in."""
