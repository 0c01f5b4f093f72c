"""Frames out to watchers, wake-up calls in to runners. A rumour: the database is the truth.

In its own process a frame goes straight from publisher to watchers. Only if `REDIS_URL` is set
does it also cross to other processes, once for each process that watches the topic. Nobody else
touches the channel layer.
"""

from chatapp.bus.hub import RUNNERS, Bus, Engine, bus, session_topic, user_topic
from chatapp.bus.watch import Watch

__all__ = ["RUNNERS", "Bus", "Engine", "Watch", "bus", "session_topic", "user_topic"]
