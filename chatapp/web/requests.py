"""Request classes that say what middleware has put on them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from chatapp.models import User


class WebRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User
    htmx: HtmxDetails
    request_id: str
