"""Form fields in our look."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()

_BARE = {"checkbox", "radioselect", "checkboxselectmultiple"}


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's input; Django itself ties it to its help text and errors."""
    return field.as_widget(attrs={} if field.widget_type in _BARE else {"class": "field"})
