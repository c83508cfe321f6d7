"""Platforms: a parent names an app in their own spelling and is understood."""

from __future__ import annotations

import pytest

from knowledge.reading import PackError
from knowledge.smart.platforms import load_platforms, platform_named


@pytest.mark.parametrize(
    ("typed", "platform"),
    [
        ("tip roblox", "roblox"),
        ("Tip: ROBLOX!", "roblox"),
        ("tips for robolx please", "roblox"),
        ("whats app", "whatsapp"),
        ("my son is on whatsap", "whatsapp"),
        ("tik tok", "tiktok"),
        ("insta", "instagram"),
        ("You Tube Kids", "youtube"),
        ("e-mail", "email"),
        ("chatgpt", "ai"),
        ("minecraft", "minecraft"),
        ("the internet", "any"),
        ("tip", None),
        ("tip 7", None),
        ("tip myspace", None),
        ("", None),
        ("📱📱", None),
    ],
)
def test_a_platform_is_recognised_however_it_is_written(typed, platform):
    """A platform is recognised however it is written."""
    assert platform_named(typed) == platform


def test_a_word_that_two_platforms_claim_is_a_problem(tmp_path):
    """A word that two platforms claim is a problem."""
    path = tmp_path / "platforms.yaml"
    path.write_text("platforms:\n  a: {name: A, words: [x]}\n  b: {name: B, words: [x]}\n", encoding="utf-8")
    with pytest.raises(PackError, match="the word x belongs to a too"):
        load_platforms(path)
