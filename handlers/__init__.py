"""What the bot can do, one ability a file: a message comes in as plain data and a reply goes out as plain data."""
