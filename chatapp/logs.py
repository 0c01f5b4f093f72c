"""Structured logs with request and turn ids. They hold no secrets and no message text."""

import logging
import logging.config
import re
import traceback
from typing import Any

import structlog

# One-time tokens that stand in addresses.
_TOKENS = re.compile(r"(/login/link/|/reset/key/|/confirm-email/)[^/?\s]+")


def _without_tokens(_logger: Any, _name: str, event: Any) -> Any:
    event["event"] = _TOKENS.sub(r"\1…", str(event["event"]))
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    # Not `request`: its address holds what was searched for, and one-time tokens.
    structlog.stdlib.ExtraAdder(allow=["status_code"]),
    _without_tokens,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(config: dict[str, str]) -> None:
    """Called by Django with `settings.LOGGING`: `format` (console | json) and `level`."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if config["format"] == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.ExceptionRenderer(_without_words),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [*last, renderer],
                    "foreign_pre_chain": _SHARED,
                }
            },
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "structured"},
            },
            "root": {"handlers": ["stderr"], "level": config["level"]},
            "loggers": {
                # Its INFO lines hold query strings; ours say enough.
                "uvicorn.access": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "procrastinate": {"level": "WARNING"},
                "daphne": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _without_words(exc_info: Any) -> str:
    """Where it happened and what kind it was. What exceptions say may hold what people wrote."""
    _, exception, _ = exc_info
    told: list[str] = []
    while exception is not None:
        frames = "".join(traceback.format_tb(exception.__traceback__))
        told.append(f"Traceback (most recent call last):\n{frames}{type(exception).__qualname__}")
        exception = exception.__cause__ or exception.__context__
    return "\n\nIt came of this:\n\n".join(told)
