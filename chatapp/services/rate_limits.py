"""How many requests a minute a key and its owner have. Counted in the cache, for all processes."""

import time

from django.conf import settings
from django.core.cache import cache

from chatapp.errors import RateLimited
from chatapp.models import User

_WINDOW = 60


def spend_request(name: str, owner: User) -> None:
    """Count one request of this key and of its owner. Raises RateLimited past either limit."""
    limit = settings.API_REQUESTS_PER_MINUTE
    spend(f"api.{name}", limit)
    # However many keys somebody makes, they share twice the limit of one.
    spend(f"api.user.{owner.pk}", 2 * limit)


def spend(name: str, limit: int) -> None:
    """Count one use of `name` in this minute. Raises RateLimited when it is beyond `limit`."""
    now = time.time()
    window = int(now) // _WINDOW
    key = f"rate.{name}.{window}"
    if cache.add(key, 1, timeout=2 * _WINDOW):
        used = 1
    else:
        try:
            used = cache.incr(key)
        except ValueError:
            # It went out of the cache between the two calls: a new count begins.
            used = 1
    if used > limit:
        raise RateLimited(
            f"More than {limit} requests a minute. Slow down.",
            retry_after=max(1, int((window + 1) * _WINDOW - now) + 1),
        )
