"""The chat in a terminal, for trying the bot and for tests."""
