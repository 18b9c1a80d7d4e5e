"""Cases, as those who raise them and those who see to them go through them."""
