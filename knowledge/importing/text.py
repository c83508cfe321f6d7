"""Reads plain text: any numbering and layout becomes a document."""

from __future__ import annotations

import re

from knowledge.importing.document import Document
from knowledge.importing.headings import heading_of
from knowledge.importing.joining import Joiner, parted, wrapped_width
from knowledge.importing.lines import Mark, marked, mended, without_furniture
from knowledge.importing.patterns import pattern

_DEEPEST = 6
_TABS = re.compile(r"\t+| {4,}(?=\S)")


def read(name: str, raw: str) -> Document:
    """Read the text of a .txt file."""
    source = mended_tabs(raw)
    lines: list[str | None] = []
    for line in without_furniture(whole_marks(source.replace("\f", "\n").split("\n"))):
        lines += parted(line) if line else [line]
    kept = [line for line in lines if line is not None]
    joiner = Joiner(wrapped_width(kept), source)
    in_contents = False
    for at, line in enumerate(lines):
        if line is None:
            continue
        if not line.strip():
            joiner.gap()
            continue
        if pattern("layout", "contents_heading").search(line.strip()):
            in_contents = True
            joiner.heading(line.strip(), _DEEPEST)
            continue
        in_contents = in_contents and _in_contents(lines, at)
        if in_contents or pattern("layout", "contents_line").search(line):
            joiner.item(marked(f"• {line.strip()}"), 0, line)
            continue
        _take(joiner, lines, at, line)
    return Document(name, tuple(joiner.blocks))


def mended_tabs(raw: str) -> str:
    """Give a text with its characters mended; columns stay parted by tabs, other runs of spaces become one."""
    out = []
    for line in raw.split("\n"):
        body = line.expandtabs(4) if line[:1] in " \t" else line
        indent = len(body) - len(body.lstrip())
        cells = [cell for cell in _TABS.split(body.strip()) if cell]
        apart = len(cells) > 1 and (len(cells) > 2 or not marked(cells[0] + " x").mark)  # noqa: PLR2004
        out.append(" " * indent + ("\t" if apart else " ").join(mended(cell) for cell in cells))
    return "\n".join(out)


def whole_marks(lines: list[str]) -> list[str]:
    """Put a bullet or number that stands alone on its line before the text that follows it."""
    out: list[str] = []
    waiting = ""
    for line in lines:
        stripped = line.strip()
        alone = marked(stripped)
        if stripped and alone.mark is not None and not alone.text and not stripped.isdigit():
            waiting = line.rstrip()
        elif waiting and stripped:
            out.append(f"{waiting} {stripped}")
            waiting = ""
        elif not waiting:
            out.append(line)
    return out


def _in_contents(lines: list[str | None], at: int) -> bool:
    """Tell whether a line under "Contents" still belongs there: it ends in a page number or comes again below."""
    text = (lines[at] or "").strip()
    if re.search(r"\s\d{1,3}$", text) or pattern("layout", "contents_line").search(text):
        return True
    bare = marked(text).text.lower()
    return any(line is not None and marked(line.strip()).text.lower() == bare for line in lines[at + 1 :])


def _take(joiner: Joiner, lines: list[str | None], at: int, line: str) -> None:
    indent = len(line) - len(line.lstrip())
    found = marked(line)
    heading = heading_of(lines, at, gapped=joiner.gapped)
    if heading and (found.mark is not None or joiner.gapped or not joiner.goes_on(line.strip(), indent)):
        joiner.heading(*heading)
    elif "\t" in line.strip():
        joiner.row(tuple(cell.strip() for cell in line.strip().split("\t")))
    elif found.mark is not None and (joiner.follows(found) or not _mid_sentence(joiner, found.mark, line)):
        joiner.item(found, indent, line)
    else:
        joiner.text(line, indent)


def _mid_sentence(joiner: Joiner, mark: Mark, line: str) -> bool:
    """Tell whether a wrapped sentence only happens to go on with what looks like a mark ("a) " or "2019. ")."""
    if mark is Mark.BULLET or joiner.gapped or not joiner.blocks:
        return False
    before = joiner.blocks[-1].text
    return bool(pattern("layout", "goes_on").search(before)) and not line.strip()[:1].isupper()
