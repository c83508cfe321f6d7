"""Composes a YAML file into nodes that keep their lines, or says why it can't be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from yaml.composer import Composer, ComposerError

if TYPE_CHECKING:
    from pathlib import Path

    from yaml import SafeLoader as _Fast
else:
    _Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LARGEST = 2_000_000
"""Bytes; the largest file of ours has a twelfth of that."""
DEEPEST = 40
"""Nothing of ours nests deeper than six; some ten thousand brackets end the whole process in libyaml's own composer."""


class Unreadable(Exception):  # noqa: N818 -- it says what the file is
    """A file that holds no usable YAML: the line, what is wrong there and how to mend it."""

    def __init__(self, line: int, what: str, mend: str) -> None:
        super().__init__(what)
        self.line, self.what, self.mend = line, what, mend


class _Loader(_Fast):
    """Composes in Python what libyaml has parsed, so that the depth can be counted."""

    get_single_node, compose_document = Composer.get_single_node, Composer.compose_document
    compose_sequence_node, compose_mapping_node = Composer.compose_sequence_node, Composer.compose_mapping_node
    compose_scalar_node = Composer.compose_scalar_node

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.anchors: dict[str, yaml.Node] = {}
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.depth == DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # the stubs leave it open
            raise ComposerError(None, None, f"this is nested more than {DEEPEST} deep", mark)
        self.depth += 1
        node = Composer.compose_node(self, parent, index)
        self.depth -= 1
        return node


def compose(path: Path) -> yaml.Node:
    """Compose the one document of a file; raises Unreadable where there is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(1, f"this file is larger than {LARGEST // 1_000_000} MB", "Split it")
        node = _Loader(path.read_text(encoding="utf-8")).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(
            line, f"this is not YAML ({error.problem})", "Check the colons, quotes and indents here"
        ) from None
    except UnicodeDecodeError:
        raise Unreadable(1, "this file is not UTF-8 text", "Save it as UTF-8") from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise Unreadable(1, f"this is not YAML ({reason})", "Take the odd characters out") from None
    except OSError as error:
        what = f"this file can't be read ({error.strerror})"
        raise Unreadable(1, what, "Put the file there and let it be read") from None
    if node is None:
        raise Unreadable(1, "this file is empty", "Fill it or take it away")
    return node
