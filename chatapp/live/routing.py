"""The one route of websockets."""

from channels.routing import URLRouter
from django.urls import path, re_path

from chatapp.live.consumers import SessionConsumer, UnknownConsumer
from chatapp.live.origin import SameOrigin

websocket_app = SameOrigin(
    URLRouter(
        [
            path("ws/s/<str:key>/", SessionConsumer.as_asgi()),
            re_path(r"", UnknownConsumer.as_asgi()),
        ]
    )
)
