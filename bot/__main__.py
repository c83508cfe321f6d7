"""Lets `python -m bot` be the askfirst command."""

from bot.cli import main

main()
