"""Reads Markdown: marks of headings, lists, tables and emphasis become a document."""

from __future__ import annotations

import re

import yaml

from knowledge.importing.document import Document
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


def read(name: str, raw: str) -> Document:
    """Read the text of a .md file."""
    source, front = _without_front(raw)
    source = _AUTOLINK.sub(r"\1", _COMMENT.sub("", source))
    physical = [_RULE.sub("", _IMAGE.sub("", _BREAK.sub(" ", line))).rstrip() for line in source.split("\n")]
    lines: list[str | None] = []
    for line in without_furniture(whole_marks(physical)):
        lines += parted(line) if line and not line.lstrip().startswith("|") else [line]
    plain = [inline(line) if line is not None else None for line in lines]
    own_headings = sum(1 for line in lines if line and _HEADING.match(line))
    joiner = Joiner(wrapped_width([line for line in plain if line is not None]), source)
    depths: list[int] = []
    for at, line in enumerate(lines):
        if line is None:
            continue
        if not line.strip():
            joiner.gap()
            continue
        _take(joiner, lines, plain, at, depths, strict=own_headings > 1)
    return Document(name, tuple(joiner.blocks), front)


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


def _take(
    joiner: Joiner,
    lines: list[str | None],
    plain: list[str | None],
    at: int,
    depths: list[int],
    *,
    strict: bool,
) -> None:
    line, text = (
        lines[at] or "",
        (plain[at] or "").lstrip("> ") if (lines[at] or "").startswith(">") else plain[at] or "",
    )
    if match := _HEADING.match(line):
        title = inline(match[2]).strip()
        if title:
            joiner.heading(title, len(match[1]))
        return
    if _SEPARATOR.match(line) and "|" in line:
        return
    if line.lstrip().startswith("|") or line.count(" | ") > 1:
        joiner.row(tuple(inline(cell).strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))))
        return
    if pattern("layout", "contents_line").search(text.strip()):
        joiner.item(marked(f"• {text.strip()}"), 0, line, 1)
        return
    if text.strip().count("\t") > 1 or (
        "\t" in text.strip() and marked(text.strip().split("\t")[0] + " x").mark is None
    ):
        joiner.row(tuple(cell.strip() for cell in text.strip().split("\t") if cell.strip()))
        return
    if _underlined(lines, at):
        joiner.heading(text.strip(), 1 if (lines[at + 1] or "").strip()[0] == "=" else 2)
        lines[at + 1] = None
        return
    if _headed(joiner, line, text, plain, at, strict=strict):
        return
    indent = len(line) - len(line.lstrip())
    found = marked(text)
    if found.mark is not None and (
        _LIST.match(line) or joiner.follows(found) or joiner.gapped or not joiner.goes_on(text.strip(), indent)
    ):
        joiner.item(found, indent, text, _depth(depths, indent) if _LIST.match(line) else None)
        return
    joiner.text(text.strip(), indent, fresh=False)


def _headed(joiner: Joiner, line: str, text: str, plain: list[str | None], at: int, *, strict: bool) -> bool:
    """Take a line that stands as a heading without a mark of one: all of it bold, or as in plain text."""
    bold = _BOLD_LINE.match(line)
    title = text.strip()
    if bold and "**" not in bold[2] and len(title.split()) <= 12 and title[-1:] not in ".:;,":  # noqa: PLR2004
        parts = marked(title)
        joiner.heading(parts.text if parts.number else title, 6, parts.number)
        return True
    listed = _LIST.match(line)
    if not joiner.gapped or (listed and (strict or not listed[2][0].isdigit())):
        return False
    heading = heading_of(plain, at, gapped=True, strict=strict)
    if heading:
        joiner.heading(heading[0], heading[1] + (3 if strict else 0), heading[2])
    return heading is not None


def _underlined(lines: list[str | None], at: int) -> bool:
    below = (lines[at + 1] or "").strip() if at + 1 < len(lines) else ""
    return bool(re.fullmatch(r"=+", below)) or (len(below) > 2 and bool(re.fullmatch(r"-+", below)))  # noqa: PLR2004


def _depth(depths: list[int], indent: int) -> int:
    while depths and depths[-1] > indent:
        depths.pop()
    if not depths or indent > depths[-1] + 1:
        depths.append(indent)
    return len(depths)
