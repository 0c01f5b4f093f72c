"""What staff pages show beside the rows."""

from typing import Any

from django import template

from chatapp.services.figures import Figures, figures

register = template.Library()


@register.simple_tag
def todays_figures() -> Figures:
    return figures()


@register.filter
def bars(values: tuple[int, ...]) -> list[dict[str, Any]]:
    """Heights of a small bar chart, in percent of the highest."""
    highest = max(values, default=0) or 1
    return [
        {"x": place * 10, "height": round(100 * n / highest), "y": 100 - round(100 * n / highest)}
        for place, n in enumerate(values)
    ]
