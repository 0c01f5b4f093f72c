"""Who searches the web for us: one class a provider. A setting names one; by default none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlsplit

import orjson

from chatapp.errors import ToolError
from chatapp.tools.web.addresses import Gate
from chatapp.tools.web.client import Ask, fetch


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    limit: int
    include_domains: Sequence[str] = ()
    exclude_domains: Sequence[str] = ()


class SearchProvider:
    """Subclass it here. `base_url` may be a host of the operator's own network."""

    registry: ClassVar[dict[str, type["SearchProvider"]]] = {}

    def __init_subclass__(cls, *, name: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.registry[name] = cls

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url.rstrip("/"), api_key
        # The operator has named this host himself, so it may be a private one.
        self.gate = Gate(frozenset({urlsplit(base_url).netloc}))

    async def search(self, query: Query) -> list[dict[str, Any]]:
        """Results with `title`, `url` and `content`, best first. Raises ToolError."""
        raise NotImplementedError

    async def _json(self, ask: Ask) -> dict[str, Any]:
        answer = await fetch(ask, self.gate)
        if answer.status != 200:
            raise ToolError(f"The search service answered {answer.status}.", code="search_failed")
        try:
            value = orjson.loads(answer.data)
        except orjson.JSONDecodeError as exc:
            raise ToolError("The search service gave no JSON.", code="search_failed") from exc
        return value if isinstance(value, dict) else {}


class Tavily(SearchProvider, name="tavily"):
    async def search(self, query: Query) -> list[dict[str, Any]]:
        body = {
            "query": query.text,
            "max_results": min(query.limit, 20),
            "include_domains": list(query.include_domains),
            "exclude_domains": list(query.exclude_domains),
        }
        ask = Ask(
            url=f"{self.base_url or 'https://api.tavily.com'}/search",
            method="POST",
            headers={
                "authorization": f"Bearer {self.api_key}",
                "content-type": "application/json",
            },
            body=orjson.dumps(body),
            follow_redirects=False,
        )
        return _results((await self._json(ask)).get("results"), query)


class SearXNG(SearchProvider, name="searxng"):
    async def search(self, query: Query) -> list[dict[str, Any]]:
        sites = " OR ".join(f"site:{domain}" for domain in query.include_domains)
        text = f"{query.text} ({sites})" if sites else query.text
        url = f"{self.base_url}/search?format=json&q={quote_plus(text)}"
        return _results((await self._json(Ask(url=url))).get("results"), query)


def _results(found: Any, query: Query) -> list[dict[str, Any]]:
    """In one shape, and of the wanted domains, whatever the service made of that."""
    results = []
    for one in found if isinstance(found, list) else ():
        url = one.get("url") if isinstance(one, dict) else None
        if isinstance(url, str) and _is_wanted(url, query):
            title, content = str(one.get("title") or ""), str(one.get("content") or "")
            results.append({"title": title[:300], "url": url, "content": content[:4000]})
    return results[: query.limit]


def _is_wanted(url: str, query: Query) -> bool:
    host = urlsplit(url).hostname or ""

    def is_of(domain: str) -> bool:
        return host == domain.lower() or host.endswith(f".{domain.lower()}")

    if query.include_domains and not any(map(is_of, query.include_domains)):
        return False
    return not any(map(is_of, query.exclude_domains))
