"""How the tables came to be what they are, step by step; `bot.records.migrate` runs the steps."""
