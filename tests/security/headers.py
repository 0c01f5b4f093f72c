"""What the headers of every answer must say (G26)."""

from typing import Any

WANTED = ("x-content-type-options", "referrer-policy", "x-request-id", "content-security-policy")


def faults(response: Any) -> list[str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    found = [f"no {name}" for name in WANTED if name not in headers]
    policy = headers.get("content-security-policy", "")
    if "sandbox" not in policy:
        found += [
            f"CSP allows {word}" for word in ("unsafe-inline", "unsafe-eval") if word in policy
        ]
        if "frame-ancestors" not in policy:
            found.append("CSP says nothing of frame-ancestors")
    if "default-src 'none'" not in policy:
        found.append("CSP has no default-src 'none'")
    if headers.get("x-content-type-options") != "nosniff":
        found.append("sniffable")
    if not {"no-store", "private", "no-cache"} & set(
        headers.get("cache-control", "").replace(" ", "").split(",")
    ):
        found.append(f"may be cached: {headers.get('cache-control')!r}")
    if headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
        found.append("tells other sites where from")
    if response.status_code == 429 and "retry-after" not in headers:
        found.append("429 without Retry-After")
    if response.status_code >= 500 and response.status_code not in (501, 503, 507):
        found.append(f"status {response.status_code}")
    for name, value in headers.items():
        if "\r" in value or "\n" in value:
            found.append(f"line break in {name}")
    for morsel in response.cookies.values():
        if morsel.key.endswith("sessionid") and not (morsel["httponly"] and morsel["samesite"]):
            found.append("a login cookie that scripts read")
    return found
