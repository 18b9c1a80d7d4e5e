"""What must be remembered: tables, encryption, audit, and the one way to a transaction."""
