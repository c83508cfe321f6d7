"""The chat in Telegram, for parents and whoever else has no Slack."""
