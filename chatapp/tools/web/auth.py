"""How the operator proves who he is to a web service: a tool configuration's or server's `auth`."""

import time
from collections.abc import Mapping
from typing import Any

import orjson

from chatapp.errors import ToolError
from chatapp.tools.web.addresses import Gate
from chatapp.tools.web.client import Ask, fetch

_GRANTS = {
    "oauth_client_credentials": "client_credentials",
    "oauth_refresh_token": "refresh_token",
}
# Access tokens of this process, until shortly before they end.
_tokens: dict[str, tuple[str, float]] = {}
MAX_TOKENS = 1_000
MARGIN = 30.0


async def auth_headers(auth: Mapping[str, Any], gate: Gate) -> dict[str, str]:
    """The headers to send. Raises ToolError when no token is to be had."""
    match auth.get("type", "none"):
        case "none":
            return {}
        case "bearer":
            return {"authorization": f"Bearer {auth.get('token', '')}"}
        case "header":
            return {str(auth.get("header") or auth.get("name")): str(auth.get("value", ""))}
        case "oauth_client_credentials" | "oauth_refresh_token":
            return {"authorization": f"Bearer {await _access_token(auth, gate)}"}
        case unknown:
            raise ToolError(f"There is no authentication of type {unknown!r}.", code="auth")


async def _access_token(auth: Mapping[str, Any], gate: Gate) -> str:
    key = orjson.dumps(dict(auth), option=orjson.OPT_SORT_KEYS).decode()
    token, until = _tokens.get(key, ("", 0.0))
    if time.monotonic() < until:
        return token
    token, seconds = await _new_token(auth, gate)
    if len(_tokens) >= MAX_TOKENS:
        _tokens.clear()
    _tokens[key] = (token, time.monotonic() + seconds - MARGIN)
    return token


async def _new_token(auth: Mapping[str, Any], gate: Gate) -> tuple[str, float]:
    form = {
        "grant_type": _GRANTS[auth["type"]],
        "client_id": auth.get("client_id"),
        "client_secret": auth.get("client_secret"),
        "refresh_token": auth.get("refresh_token"),
        "scope": " ".join(auth.get("scopes") or ()),
    }
    body = "&".join(f"{name}={_quoted(value)}" for name, value in form.items() if value)
    ask = Ask(
        url=str(auth.get("token_endpoint", "")),
        method="POST",
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        },
        body=body.encode(),
        follow_redirects=False,
        max_bytes=64 * 1024,
    )
    answer = await fetch(ask, gate)
    try:
        grant = orjson.loads(answer.data)
        return str(grant["access_token"]), float(grant.get("expires_in", 300))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ToolError(
            f"The token endpoint gave no access token (status {answer.status}).", code="auth"
        ) from exc


def _quoted(value: Any) -> str:
    from urllib.parse import quote_plus

    return quote_plus(str(value))
