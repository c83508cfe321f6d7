"""E-mail: notices to leads, and nothing else; it receives nothing."""
