"""Reads Markdown: marks of headings, lists, tables and emphasis become a document."""

from __future__ import annotations

import re

import yaml

from knowledge.importing.document import Block, Document
from knowledge.importing.headings import heading_of
from knowledge.importing.joining import Joiner, parted, wrapped_width
from knowledge.importing.lines import marked, mended, without_furniture
from knowledge.importing.patterns import pattern
from knowledge.importing.text import whole_marks

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT = re.compile(r"\A\s*---\s*\n(.*?)\n(?:---|\.\.\.)\s*\n", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)|\[([^\]]+)\]\[[^\]]*\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^>]+)>")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s*(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s{0,3}([-*_])(\s*\1){2,}\s*$")
_BOLD_LINE = re.compile(r"^\s*(?:\d+(?:\.\d+)*\.?\s+)?(\*\*|__)(?!\s)(.+?)(?<!\s)\1\s*$")
_STARS = re.compile(r"\*+")
_UNDER = re.compile(r"(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_SEPARATOR = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_LIST = re.compile(r"^(\s*)([-*+]|\d{1,2}[.)])\s+")
_UNDERLINE = re.compile(r"={2,}|-{3,}")
_MOST_WORDS, _DEEPEST = 12, 6


def read(name: str, raw: str) -> Document:
    """Read the text of a .md file."""
    source, front = _without_front(raw)
    source = _AUTOLINK.sub(r"\1", _COMMENT.sub("", source))
    physical = [_IMAGE.sub("", _BREAK.sub(" ", line)).rstrip() for line in source.split("\n")]
    lines: list[str | None] = []
    for line in without_furniture(whole_marks(physical)):
        lines += parted(line) if line and not line.lstrip().startswith("|") else [line]
    return Document(name, tuple(_Reader(lines, source).blocks()), front)


def inline(line: str) -> str:
    """Give a line without the marks of emphasis, links and tags; words and punctuation stay."""
    text = _LINK.sub(lambda m: m[1] or m[2], _TAG.sub("", line.replace("`", "")))
    text = _ESCAPE.sub(r"\1", _UNDER.sub("", _STARS.sub("", text) if not _LIST.match(text) else _kept_list(text)))
    return mended(text).rstrip()


def _kept_list(text: str) -> str:
    match = _LIST.match(text)
    end = match.end() if match else 0
    return text[:end] + _STARS.sub("", text[end:])


def _without_front(raw: str) -> tuple[str, dict[str, str]]:
    match = _FRONT.match(raw)
    if not match:
        return raw, {}
    try:
        found = yaml.safe_load(match[1])
    except yaml.YAMLError:
        return raw, {}
    if not isinstance(found, dict):
        return raw, {}
    return raw[match.end() :], {str(key).lower(): str(value) for key, value in found.items()}


class _Reader:
    """Takes the lines of a document one by one; each way of reading a line says whether it took it."""

    def __init__(self, lines: list[str | None], source: str) -> None:
        self.lines = lines
        self.plain = [inline(line.removeprefix("> ")) if line is not None else None for line in lines]
        self.strict = sum(1 for line in lines if line and _HEADING.match(line)) > 1
        self.joiner = Joiner(wrapped_width([line for line in self.plain if line is not None]), source)
        self.depths: list[int] = []

    def blocks(self) -> list[Block]:
        """Read every line."""
        ways = (
            self._marked_heading,
            self._underlined,
            self._row,
            self._contents,
            self._bold,
            self._unmarked,
            self._item,
        )
        for at, line in enumerate(self.lines):
            if line is None:
                continue
            if not line.strip():
                self.joiner.gap()
                continue
            text = self.plain[at] or ""
            if not any(way(at, line, text) for way in ways):
                self.joiner.text(text.strip(), _indent(line))
        return self.joiner.blocks

    def _marked_heading(self, _at: int, line: str, _text: str) -> bool:
        match = _HEADING.match(line)
        if match and (title := inline(match[2]).strip()):
            self.joiner.heading(title, len(match[1]))
        return match is not None

    def _underlined(self, at: int, line: str, text: str) -> bool:
        below = (self.lines[at + 1] or "").strip() if at + 1 < len(self.lines) else ""
        if _RULE.match(line):
            self.joiner.gap()
            return True
        if not _UNDERLINE.fullmatch(below) or _LIST.match(line) or "|" in line or len(text.split()) > _MOST_WORDS:
            return False
        self.joiner.heading(text.strip(), 1 if below[0] == "=" else 2)
        self.lines[at + 1] = None
        return True

    def _row(self, _at: int, line: str, text: str) -> bool:
        if _SEPARATOR.match(line) and "|" in line:
            return True
        if line.lstrip().startswith("|") or line.count(" | ") > 1:
            self.joiner.row(tuple(inline(cell).strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))))
            return True
        cells = tuple(cell.strip() for cell in text.strip().split("\t") if cell.strip())
        if len(cells) > 2 or (len(cells) > 1 and marked(f"{cells[0]} x").mark is None):  # noqa: PLR2004
            self.joiner.row(cells)
            return True
        return False

    def _contents(self, _at: int, line: str, text: str) -> bool:
        listed = bool(pattern("layout", "contents_line").search(text.strip()))
        if listed:
            self.joiner.item(marked(f"• {text.strip()}"), 0, line, 1)
        return listed

    def _bold(self, _at: int, line: str, text: str) -> bool:
        bold, title = _BOLD_LINE.match(line), text.strip()
        if not bold or "**" in bold[2] or len(title.split()) > _MOST_WORDS or title[-1:] in ".:;,":
            return False
        parts = marked(title)
        self.joiner.heading(parts.text if parts.number else title, _DEEPEST, parts.number)
        return True

    def _unmarked(self, at: int, line: str, _text: str) -> bool:
        listed = _LIST.match(line)
        if not self.joiner.gapped or (listed and (self.strict or not listed[2][0].isdigit())):
            return False
        heading = heading_of(self.plain, at, gapped=True, strict=self.strict)
        if heading:
            self.joiner.heading(heading.text, heading.level + (3 if self.strict else 0), heading.number)
        return heading is not None

    def _item(self, _at: int, line: str, text: str) -> bool:
        found, listed = marked(text), _LIST.match(line)
        alone = self.joiner.follows(found) or self.joiner.gapped or not self.joiner.goes_on(text.strip(), _indent(line))
        if found.mark is None or not (listed or alone):
            return False
        self.joiner.item(found, _indent(line), text, self._depth(_indent(line)) if listed else None)
        return True

    def _depth(self, indent: int) -> int:
        while self.depths and self.depths[-1] > indent:
            self.depths.pop()
        if not self.depths or indent > self.depths[-1] + 1:
            self.depths.append(indent)
        return len(self.depths)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
