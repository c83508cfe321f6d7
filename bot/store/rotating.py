"""Wraps everything that a master key has wrapped with the newest one, so that an older key can be thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.store.tables import (
    case_keys,
    holders,
    inbox,
    links,
    long_buttons,
    main,
    memory,
    outbox,
    report_messages,
    second_factors,
    secrets,
    sessions,
    subscriptions,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.store.sealing import Master

WRAPPED = (
    memory.c.sealed,
    inbox.c.sealed,
    outbox.c.sealed,
    subscriptions.c.sealed,
    long_buttons.c.sealed,
    report_messages.c.sealed,
    links.c.sealed,
    sessions.c.sealed,
    second_factors.c.sealed,
    holders.c.sealed,
    case_keys.c.wrapped,
    secrets.c.wrapped,
)
"""The columns that the master key has wrapped itself; the others are sealed with the keys of cases."""


def rotate(databases: dict[str, Engine], master: Master) -> int:
    """Wrap everything anew, each table in one transaction; give how many values there were."""
    count = 0
    for column in WRAPPED:
        table = column.table
        engine = databases["main" if table.metadata is main else "keys"]
        with engine.begin() as connection:
            rows = connection.execute(select(table).where(column.is_not(None)).with_for_update()).mappings().all()
            for row in rows:
                here = [key == row[key.name] for key in table.primary_key]
                connection.execute(update(table).where(*here).values({column.name: master.rewrap(row[column.name])}))
            count += len(rows)
    return count
