"""Opens a school's file and hands it to the reader of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.importing import markdown, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from knowledge.importing.document import Document

READERS: dict[str, Callable[[str, str], Document]] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
    ".text": text.read,
}
"""The reader of each format, by the ending of the file's name."""


class UnreadableDocument(Exception):  # noqa: N818 -- it names what the person holds, a document that can't be read
    """A file that can't be imported; its message is one sentence for the person who offered it."""


def open_document(path: Path) -> Document:
    """Read a file into a document; raises UnreadableDocument with a sentence that says what to do."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise UnreadableDocument(f"{path.name} is not a format that can be imported; save it as one of {known}.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it can't be opened").lower()
        raise UnreadableDocument(f"{path.name} can't be read: {reason}.") from error
    document = reader(path.stem, _decoded(path, raw))
    if not any(block.text.strip() for block in document.blocks):
        raise UnreadableDocument(f"{path.name} holds no text; check that it is the right file.")
    return document


def _decoded(path: Path, raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw[:4096] or raw[:4] in (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise UnreadableDocument(
            f"{path.name} is not plain text whatever its name says; save it as text and try again."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
