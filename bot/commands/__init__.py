"""The commands, one a file, each loaded only when it is called."""
