"""The neutral shape of a school's document: headings, paragraphs, items with their lead-ins, rows of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from knowledge.importing.patterns import pattern


class Kind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """One block as a format's reader found it; `level` is a heading's rank or an item's depth, 1 the outermost."""

    kind: Kind
    text: str
    level: int = 1
    number: str | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: the file's name without ending, what its front matter says, its blocks in order."""

    name: str
    blocks: tuple[Block, ...]
    front: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a passage stands under it; `bodiless` where another heading follows it at once."""

    text: str
    level: int
    order: int
    bodiless: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, item or row, and where it stands.

    `lead_in` is the text that introduces an item ("Staff must not"), `path` the headings over it, outermost first,
    `header` the head row over a row.
    """

    ref: str
    kind: Kind
    text: str
    path: tuple[Heading, ...]
    position: int
    number: str | None = None
    lead_in: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    introduces: bool = False

    @property
    def heading(self) -> str:
        """Give the nearest heading's text."""
        return self.path[-1].text if self.path else ""


_LAST_SENTENCE = re.compile(r"(?:^|(?<=[.!?]))\s*([^.!?]+(?:\b(?:e\.g|i\.e|etc)\.[^.!?]*)*)[:\-–—\s]*$")
_NUMBER = re.compile(r"^\d+(?:\.\d+)+$")


def lead_of(text: str) -> str:
    """Give the sentence that introduces a list, without its colon: "Staff must not" of "… Staff must not:"."""
    tail = text.rstrip(" -–—").rstrip(": ")
    match = _LAST_SENTENCE.search(tail)
    if not match or len(match[1].split()) < 2:  # noqa: PLR2004
        return tail.strip()
    last = match[1].strip()
    before = tail[: match.start(1)].strip()
    return f"{lead_of(before)} {last}" if before and len(last.split()) < 4 else last  # noqa: PLR2004


def introduces(text: str) -> bool:
    """Tell whether a paragraph introduces the list that follows it."""
    bare = text.rstrip(" -–—")
    if bare.endswith(":") or pattern("layout", "introduces").search(bare):
        return True
    return bool(bare) and bare[-1] not in ".!?;\"'”)" and len(bare) < 240  # noqa: PLR2004


@dataclass(slots=True)
class _Open:
    """A list that is open: the depth of what introduced it, its lead-in, and whether its items stand level with it."""

    level: int
    lead: str
    flat: bool = False


class _Lists:
    """The lead-ins that are open while passages are read in order."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.number: str | None = None
        self.loose = False

    @property
    def lead(self) -> str:
        """Give the lead-in of the innermost open list."""
        return self.open[-1].lead if self.open else ""

    def close(self) -> None:
        """Forget every lead-in, as at a heading."""
        self.open, self.number, self.loose = [], None, False

    def start(self, text: str, number: str | None) -> None:
        """Let a paragraph or heading open a list."""
        self.close()
        self.open.append(_Open(0, lead_of(text)))
        self.number, self.loose = number, text.rstrip(" -–—").endswith(":")

    def of_item(self, block: Block, following: Block | None) -> tuple[str, bool]:
        """Give an item's lead-in, and whether the item introduces a list of its own."""
        ends = block.text.rstrip(" -–—").endswith(":")
        while self.open and self.open[-1].level >= max(1, block.level):
            if self.open[-1].level == block.level and self.open[-1].flat and not ends:
                break
            self.open.pop()
        lead = self.lead
        deeper = following is not None and following.kind is Kind.ITEM and following.level > block.level
        level = following is not None and following.kind is Kind.ITEM and following.level == block.level
        if not deeper and not (ends and level):
            return lead, False
        own = lead_of(block.text)
        whole = own == block.text.rstrip(" :-–—")
        self.open.append(_Open(block.level, f"{lead} {own}".strip() if whole else own, flat=not deeper))
        return lead, True


def _is_item(block: Block, lists: _Lists, in_run: bool) -> bool:
    """Tell whether a paragraph without a marker is an item of the list that its lead-in opened."""
    if block.kind is Kind.ITEM:
        return True
    if block.kind is not Kind.PARAGRAPH or not lists.lead:
        return False
    if block.number and _NUMBER.match(block.number):
        return bool(lists.number and block.number.startswith(f"{lists.number}.")) or (
            lists.loose and lists.number is None and not introduces(block.text)
        )
    if not lists.loose or block.number:
        return False
    text = block.text.rstrip()
    starts_low = text[:1].islower()
    return starts_low or text.endswith(";") or (not text.endswith((".", ":", "?")) and (in_run or len(text) < 160))  # noqa: PLR2004


def arrange(document: Document) -> tuple[Passage, ...]:
    """Give the passages of a document in order, each with its headings, lead-in, number and place."""
    passages: list[Passage] = []
    path: list[Heading] = []
    lists = _Lists()
    positions: dict[int, int] = {}
    header: tuple[str, ...] = ()
    blocks = document.blocks
    in_run = False
    for order, block in enumerate(blocks):
        following = blocks[order + 1] if order + 1 < len(blocks) else None
        if block.kind is Kind.HEADING:
            bodiless = following is None or following.kind is Kind.HEADING
            under = path and path[-1].bodiless and path[-1].level == block.level and path[-1].order == order - 1
            while path and path[-1].level >= block.level and not under:
                path.pop()
            path.append(Heading(block.text, block.level, order, bodiless))
            lists.close()
            header, in_run = (), False
            if block.text.rstrip().endswith(":") or pattern("layout", "leading_heading").search(block.text.strip()):
                lists.start(block.text, None)
            continue
        lead, leads = "", False
        if block.kind is Kind.ROW:
            header = header or block.cells
        elif _is_item(block, lists, in_run):
            (lead, leads), in_run = lists.of_item(block, following), True
        else:
            in_run = False
            lists.close()
            if introduces(block.text) and following is not None:
                lists.start(block.text, block.number)
                leads = _is_item(following, lists, in_run=False)
            if not leads:
                lists.close()
        if block.kind is not Kind.ROW:
            header = ()
        key = path[-1].order if path else -1
        positions[key] = positions.get(key, 0) + 1
        passages.append(
            Passage(
                ref=f"p{len(passages) + 1:03}",
                kind=Kind.ITEM if lead and block.kind is Kind.PARAGRAPH else block.kind,
                text=block.text,
                path=tuple(path),
                position=positions[key],
                number=f"{lists.number} {block.number}" if lead and lists.number and block.number else block.number,
                lead_in=lead,
                cells=block.cells,
                header=header if header != block.cells else (),
                introduces=leads,
            )
        )
    return tuple(passages)
