"""The chat in Slack, where staff are."""
