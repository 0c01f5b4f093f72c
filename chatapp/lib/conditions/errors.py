class ConditionError(ValueError):
    """The text is no expression, or its values do not allow what it does."""
