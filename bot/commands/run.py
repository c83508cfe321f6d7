"""`askfirst run`: starts the bot on the chat platforms that the settings name."""

from __future__ import annotations

import asyncio
import logging
import sys

import click

from bot.app import case_page_of, channels_of, contacts_of, schools_served, settings_from_environment, world_in
from bot.channels.channel import Unusable
from bot.commands.index import show_progress
from bot.index import load_or_learn
from bot.opening import SetUpProblem, now, open_store
from bot.packs import load
from bot.reachable import openable, refuse_dead_ends
from bot.run import serve
from bot.store.alone import alone
from bot.store.databases import StoreError
from knowledge.answering.engine import Engine
from knowledge.topics.library import load_concerns

_OURS = ("bot", "handlers", "knowledge")


@click.command()
def run() -> None:
    """Start the bot on the chat platforms that the settings name.

    The settings are ASKFIRST_… in the environment or in a file .env; .env.example lists them. Ctrl-C ends it.
    """
    settings = settings_from_environment()
    contacts = contacts_of(settings)
    folders = schools_served(settings, contacts)
    write_log()
    with open_store(settings) as store:
        channels = channels_of(settings, store, list(folders))
        if not channels:
            alone_page = " The case page alone would receive nothing." if settings.page_address else ""
            raise SetUpProblem(
                f"there is no chat platform to run on.{alone_page} Set ASKFIRST_TELEGRAM_TOKEN or"
                " ASKFIRST_SLACK_BOT_TOKEN; see .env.example."
            )
        model = load_or_learn(show_progress)
        schools = load(folders.values(), model.topics)
        refuse_dead_ends(schools, contacts, openable(settings), now())
        engine = Engine(schools, model, load_concerns())
        if without := [slug for slug in folders if slug not in contacts]:
            click.echo(f"Trial: nobody receives the reports of {', '.join(without)}.")
        world = world_in(store, engine, contacts, now, settings)
        page = case_page_of(settings, store, world, channels)
        try:
            with alone(settings.database_url) as nobody_else:
                if nobody_else:
                    # What a process had in hand that was killed; it would wait until that one's leases run out.
                    store.deliveries.take_back(now())
                asyncio.run(serve(store, world, channels, click.echo, page))
        except Unusable as error:
            raise SetUpProblem(str(error)) from None
        except StoreError as error:
            raise SetUpProblem(f"{error}.") from None


def write_log() -> None:
    """Write warnings to the standard error; of what a library says, only where it said it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_without_words)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _without_words(record: logging.LogRecord) -> bool:
    """Take the words out of a library's record, since it may quote a message or a token."""
    if record.name.split(".")[0] not in _OURS:
        error = record.exc_info[0] if record.exc_info else None
        record.msg = f"line {record.lineno}{f', {error.__name__}' if error else ''}"
        record.args, record.exc_info, record.exc_text = None, None, None
    return True
