"""The places where people talk to the bot; each channel knows its own platform and no other."""
