"""What is wrong with a filter, and where."""


class FilterError(Exception):
    """A filter that is not understood, or not allowed. It never means "everything"."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (character {self.position + 1} of the filter)"
