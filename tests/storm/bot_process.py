"""The bot under the storm: the real one, on a plain platform, Slack and mail, that kills itself amid a named step."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine as Database
from sqlalchemy import event

import bot.channels.email.client as mail
import bot.channels.slack.client as slack
from bot.app import channels_of, contacts_of, world_in
from bot.channels.channel import Pace
from bot.index import load_or_learn
from bot.opening import open_store
from bot.outbox import Outbox
from bot.packs import folders_of, load
from bot.run import serve
from bot.settings import Settings
from bot.store.alone import alone
from knowledge.answering.engine import Engine
from knowledge.topics.library import load_concerns
from tests.storm.sabotage import SABOTAGE
from tests.storm.steps import die_at
from tests.storm.wire import KEY, SCHOOL, Wire


def label_sends() -> None:
    """Let everything that is sent say which delivery it is, so that the outside can tell a second time from another."""
    plain_send, plain_call = Outbox._send, slack.call  # noqa: SLF001 -- no one else knows the key

    async def send(self: Any, leased: Any) -> Any:
        KEY.set(leased.delivery.key)
        return await plain_send(self, leased)

    async def call(client: Any, method: str, args: Any) -> Any:
        return await plain_call(client, method, {**args, "storm_key": KEY.get()})

    def message_id(**_: Any) -> str:
        return f"<{hashlib.sha256(KEY.get().encode()).hexdigest()[:32]}@storm.example.org>"

    Outbox._send, slack.call, mail.make_msgid = send, call, message_id  # type: ignore[method-assign]  # noqa: SLF001


def set_faults(folder: Path) -> None:
    """Make a database read-only, or full, for as long as a file says so; SQLite's own errors come of it.

    Where it says that somebody else holds it, SQLite waits less long than it would, so that its error comes of that.
    """

    def begin(connection: Any) -> None:
        database = Path(connection.engine.url.database or "").name
        if not database.endswith(".db"):
            return
        fault = folder / f"fault.{database}"
        word = fault.read_text(encoding="ascii") if fault.exists() else ""
        connection.exec_driver_sql(f"PRAGMA query_only = {int(word == 'read-only')}")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {400 if word == 'locked' else 30_000}")
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if word == 'full' else 1073741823}")

    event.listen(Database, "begin", begin, insert=True)


def live(folder: Path, engine: Engine, life: dict[str, Any]) -> None:
    """Run until killed or ended."""
    label_sends()
    if life["sabotage"]:
        SABOTAGE[life["sabotage"]]()
    if life["step"]:
        die_at(life["step"], life["count"])
    set_faults(folder)
    settings = Settings(**life["settings"], _env_file=None)

    def clock() -> datetime:
        minutes = float((folder / "minutes").read_text() or 0)
        return datetime.now(UTC) + timedelta(minutes=minutes)

    with open_store(settings, clock) as store:
        world = world_in(store, engine, contacts_of(settings), clock, settings)
        channels = [Wire(life["address"]), *channels_of(settings, store, [SCHOOL])]
        for channel in channels:
            channel.pace = Pace(0, 0)
        with alone(settings.database_url) as nobody_else:
            if nobody_else:  # as `askfirst run` does
                store.deliveries.take_back(clock())
            asyncio.run(serve(store, world, channels, lambda _: None))


def main(folder: Path) -> None:
    """Learn everything once; then begin a life for each line that comes in, in a process of its own.

    Each is told of with two lines: its process id, and the code that it ended with.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    model = load_or_learn()
    engine = Engine(load([folders_of()[SCHOOL]], model.topics), model, load_concerns())
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                live(folder, engine, json.loads(line))
                code = 0
            finally:
                sys.stderr.write(traceback.format_exc(limit=1) if code else "")
                os._exit(code)
        print(pid, flush=True)  # noqa: T201 -- the storm reads it
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
