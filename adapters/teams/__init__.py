"""Microsoft Teams: the only folder that knows its SDK, which is archived and stays replaceable."""
