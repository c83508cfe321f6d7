"""Writes into a message's blocks of buttons to which conversation and to whom they belong, and reads it again."""

from __future__ import annotations


def place_of(block: str) -> tuple[str, str]:
    """Give the conversation and the owner that a message's buttons carry in their block's id."""
    parts = block.split("|")
    return (parts[1], parts[2]) if len(parts) == 4 and parts[0] == "at" else ("", "")  # noqa: PLR2004 -- at|…|…|number


def place_in_block(spot: str, owner: str, number: int) -> str:
    """Write the conversation and the owner of a message into the id of a block of buttons."""
    return f"at|{spot}|{owner}|{number}"
