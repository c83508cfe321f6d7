"""The world: settings, channels, storage, delivery and the commands."""
