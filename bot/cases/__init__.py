"""Cases: what must be seen through. Who must act, by when, and who may not see it."""
