"""Every door of the server, taken from the code, and the one table of who may come in.

A route that no row names is a mistake: `unknown_doors` finds it, and a test fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

Who = Enum("Who", "ANYBODY SIGNED_IN OWNER OWNER_OR_REVIEWER REVIEWER ADMIN KEY TOKEN")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Door:
    route: str
    name: str
    who: Who
    methods: tuple[str, ...]

    def path(self, values: dict[str, Any]) -> str:
        """The route with these values; what has none is `absent`."""
        filled = re.sub(r"\(\?P<(\w+)>(?:\[[^\]]*\][+*]?|[^)])*\)", _value(values), self.route)
        filled = re.sub(r"<(?:\w+:)?(\w+)>", _value(values), filled)
        return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")

    @property
    def parameters(self) -> set[str]:
        return set(re.findall(r"<(?:\w+:)?(\w+)>", self.route))


def _value(values: dict[str, Any]) -> Any:
    return lambda match: str(values.get(match[1], "absent"))


# name or prefix of a route → who, and the methods it takes.
PAGES: dict[str, tuple[Who, str]] = {
    "new-session": (Who.SIGNED_IN, "GET POST"),
    "search": (Who.SIGNED_IN, "GET"),
    "sidebar": (Who.SIGNED_IN, "GET"),
    "settings": (Who.SIGNED_IN, "GET POST"),
    "session": (Who.OWNER, "GET"),
    "session-row": (Who.OWNER, "GET"),
    "session-older": (Who.OWNER, "GET"),
    "session-events": (Who.OWNER, "GET"),
    "session-send": (Who.OWNER, "POST"),
    "session-stop": (Who.OWNER, "POST"),
    "turn-retry": (Who.OWNER, "POST"),
    "queue": (Who.OWNER, "GET"),
    "queued-edit": (Who.OWNER, "GET POST"),
    "queued-now": (Who.OWNER, "POST"),
    "queued-remove": (Who.OWNER, "POST"),
    "session-rename": (Who.OWNER, "POST"),
    "session-title": (Who.OWNER, "GET"),
    "session-fork": (Who.OWNER, "POST"),
    "event-feedback": (Who.OWNER, "POST"),
    "session-pin": (Who.OWNER, "POST"),
    "session-delete": (Who.OWNER, "POST"),
    "session-undelete": (Who.OWNER, "POST"),
    "session-details": (Who.OWNER, "GET"),
    "session-metadata": (Who.OWNER, "POST"),
    "session-export": (Who.OWNER, "GET"),
    "artifact-upload": (Who.OWNER, "POST"),
    "artifact-announce": (Who.OWNER, "POST"),
    "artifacts": (Who.OWNER_OR_REVIEWER, "GET"),
    "artifact": (Who.OWNER_OR_REVIEWER, "GET"),
    "artifact-preview": (Who.OWNER_OR_REVIEWER, "GET"),
    "passage": (Who.OWNER_OR_REVIEWER, "GET"),
    "artifact-remove": (Who.OWNER, "POST"),
    "artifact-restore": (Who.OWNER, "POST"),
    "artifact-index": (Who.OWNER, "POST"),
    "review": (Who.REVIEWER, "GET"),
    "review-session": (Who.REVIEWER, "GET"),
    "review-unhide": (Who.ADMIN, "POST"),
    "login-link": (Who.ANYBODY, "GET POST"),
    "healthz": (Who.ANYBODY, "GET"),
    "readyz": (Who.ANYBODY, "GET"),
    "metrics": (Who.TOKEN, "GET"),
    "account_login": (Who.ANYBODY, "GET POST"),
    "account_logout": (Who.ANYBODY, "GET POST"),
    "account_inactive": (Who.ANYBODY, "GET"),
    "account_signup": (Who.ANYBODY, "GET POST"),
    "account_reset_password": (Who.ANYBODY, "GET POST"),
    "account_reset_password_done": (Who.ANYBODY, "GET"),
    "account_reset_password_from_key": (Who.ANYBODY, "GET POST"),
    "account_reset_password_from_key_done": (Who.ANYBODY, "GET"),
    "account_confirm_email": (Who.ANYBODY, "GET POST"),
    "account_email_verification_sent": (Who.ANYBODY, "GET"),
    "account_confirm_login_code": (Who.ANYBODY, "GET POST"),
    "account_reauthenticate": (Who.SIGNED_IN, "GET POST"),
    "account_email": (Who.SIGNED_IN, "GET POST"),
    "account_change_password": (Who.SIGNED_IN, "GET POST"),
    "account_set_password": (Who.SIGNED_IN, "GET POST"),
    "mfa_authenticate": (Who.ANYBODY, "GET POST"),
    "mfa_index": (Who.SIGNED_IN, "GET"),
    "mfa_reauthenticate": (Who.SIGNED_IN, "GET POST"),
    "mfa_activate_totp": (Who.SIGNED_IN, "GET POST"),
    "mfa_deactivate_totp": (Who.SIGNED_IN, "GET POST"),
    "mfa_view_recovery_codes": (Who.SIGNED_IN, "GET"),
    "mfa_generate_recovery_codes": (Who.SIGNED_IN, "GET POST"),
    "mfa_download_recovery_codes": (Who.SIGNED_IN, "GET"),
    "socialaccount_login_cancelled": (Who.ANYBODY, "GET"),
    "socialaccount_login_error": (Who.ANYBODY, "GET"),
    "socialaccount_signup": (Who.ANYBODY, "GET POST"),
    "socialaccount_connections": (Who.SIGNED_IN, "GET POST"),
}
# Under /admin/ everything is the administrators', but for the way in and out.
ADMIN_PAGES = {"admin/login/": (Who.ANYBODY, "GET POST"), "admin/logout/": (Who.ADMIN, "POST")}
# Under /v2/ everything wants a key, but for these.
OPEN_API = {"v2/docs", "v2/openapi.json", "oauth/token", "oauth2/token"}
SOCKETS = {"ws/s/<str:key>/": Who.OWNER, "": Who.ANYBODY}
# Tools get a session, never a request. What each can touch at all, by the kind of id it takes.
TOOLS = {
    "artifact_create": "session",
    "artifact_read": "session",
    "artifact_grep": "session",
    "image_read": "session",
    "document_conversion": "session",
    "corpora_search": "configuration",
    "get_document_text": "configuration",
    "structured_indexing": "configuration",
    "structured_document_index": "configuration",
    "dynamic_vectara": "configuration",
    "lambda": "sandbox",
    "function": "sandbox",
    "sub_agent": "configuration",
    "web_get": "network",
    "web_search": "network",
    "mcp": "network",
    "invoke_skill": "configuration",
}


def doors() -> list[Door]:
    return [door for door in map(_door, _routes()) if isinstance(door, Door)]


def unknown_doors() -> list[str]:
    return [route for route in map(_door, _routes()) if isinstance(route, str)]


def _routes() -> Iterator[tuple[str, str]]:
    yield from _walk(get_resolver(), "")


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            yield route, pattern.name or ""
        else:
            yield from _walk(pattern, route)


def _door(found: tuple[str, str]) -> Door | str:
    route, name = found
    if route in ADMIN_PAGES:
        who, methods = ADMIN_PAGES[route]
    elif route.startswith("admin/"):
        who, methods = Who.ADMIN, "GET POST"
    elif route.startswith(("v2/", "oauth/", "oauth2/")):
        who, methods = Who.ANYBODY if route in OPEN_API else Who.KEY, " ".join(METHODS)
    elif route.startswith("accounts/social/"):
        # Old addresses that lead to the new ones.
        who, methods = Who.ANYBODY, "GET"
    elif name in PAGES:
        who, methods = PAGES[name]
    else:
        return f"{route} ({name})"
    return Door(route, name, who, tuple(methods.split()))
