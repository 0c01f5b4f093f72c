"""What a server does once it listens: read in what the first visitor would wait for, and settle.

What is loaded by then stays for the life of the process. Freezing it keeps the garbage collector
from walking over all of it again and again, each time a pause that everybody would feel.
"""

import ctypes
import gc
from importlib import import_module
from threading import Thread

from django.conf import settings


def settle_in_background() -> None:
    Thread(target=settle, name="settle", daemon=True).start()


def settle() -> None:
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    _give_back_memory()


def _give_back_memory() -> None:
    """What importing needed for a moment. Only glibc has to be asked."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
