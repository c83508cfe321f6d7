"""The data map is whole: it names every table and every column, and says of each for how long it is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.store import tables

DATA_MAP = (Path(__file__).parents[3] / "docs" / "data-map.md").read_text()
ROWS = {found[1]: found[0] for found in re.finditer(r"^\| `(\w+)` \|.*$", DATA_MAP, re.MULTILINE)}
ALL = {table.name: table for metadata in (tables.main, tables.keys) for table in metadata.sorted_tables}


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_table_stands_in_the_data_map_with_each_of_its_columns(name):
    assert name in ROWS, f"docs/data-map.md says nothing of the table {name}"
    missing = [column.name for column in ALL[name].c if f"`{column.name}`" not in ROWS[name]]
    assert missing == [], f"docs/data-map.md says nothing of {', '.join(missing)} in {name}"
    cells = [cell.strip() for cell in ROWS[name].strip("|").split("|")]
    assert len(cells) == 4
    assert all(cells)


def test_it_names_no_table_that_there_is_not():
    assert set(ROWS) <= set(ALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_is_said_to_be_sealed_or_hashed_is_so(name):
    secret = ROWS[name].split("|")[2]
    for column in ALL[name].c:
        sealed = column.name in {"sealed", "wrapped"}
        hashed = "keyed hash" in (column.comment or "")
        if sealed or hashed:
            assert f"`{column.name}`" in secret, f"{name}.{column.name} is {'sealed' if sealed else 'hashed'}"
