import time, logging
from tests.bot.channels.telegram.conftest import *
import tests.platforms.telegram as T
T.PATIENCE=4
def test_all(parent):
    print(parent.say("can i film the nativity?"))
    try: parent.press("Is this right?")
    finally:
        print([c for c in parent.bot.server.calls if c[0]!='getUpdates'][-6:], parent.bot.store.events.waiting(), parent.bot.store.deliveries.waiting())
