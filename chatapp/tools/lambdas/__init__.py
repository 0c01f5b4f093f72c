"""Functions that people write in Python: read without running them, and run in a sandbox.

`validate_code` tells what a function takes and gives; `try_function` runs one for its author.
"""

from chatapp.tools.lambdas.sandbox import FunctionFailed, Limits, Outcome, run_function
from chatapp.tools.lambdas.signatures import Validation, validate_code
from chatapp.tools.lambdas.trials import Trial, try_function

__all__ = [
    "FunctionFailed",
    "Limits",
    "Outcome",
    "Trial",
    "Validation",
    "run_function",
    "try_function",
    "validate_code",
]
