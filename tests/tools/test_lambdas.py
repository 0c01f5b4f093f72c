"""Functions in Python: what they take, what they give, and what they cannot do."""

import pytest

from chatapp.tools import lambdas
from chatapp.tools.lambdas import Limits, validate_code

QUICK = Limits(seconds=1, megabytes=20)


async def tried(code, **arguments):
    return await lambdas.try_function(code=code, arguments=arguments, limits=QUICK)


def test_annotations_become_schemas():
    validation = validate_code(
        "from typing import Literal, Optional\n"
        "def process(a: int, b: list[str], c: dict[str, float], d: Literal['x', 'y'],\n"
        "            e: Optional[str] = None, f: int | str = 3) -> dict[str, bool]: ..."
    )

    assert validation.status == "valid"
    assert validation.input_schema == {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "array", "items": {"type": "string"}},
            "c": {"type": "object", "additionalProperties": {"type": "number"}},
            "d": {"enum": ["x", "y"]},
            "e": {"type": ["string", "null"]},
            "f": {"type": ["integer", "string"], "default": 3},
        },
        "required": ["a", "b", "c", "d"],
        "additionalProperties": False,
    }
    assert validation.output_schema["additionalProperties"] == {"type": "boolean"}


async def test_a_parameter_without_annotation_takes_the_whole_input():
    trial = await tried("def process(request):\n    return {'got': request['x']}", x=1)

    assert trial.output == {"got": 1}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("def other(): pass", "process"),
        ("def process(a: dict): pass", "dict[str, int]"),
        ("def process(a: list): pass", "list[str]"),
        ("def process(a: Path): pass", "Path"),
        ("def process(*a): pass", "named parameters"),
        ("def process(", "Line 1"),
        ("x = '\0'", ""),
        ("(" * 10_000, ""),
        ("x" * 200_000, "characters"),
    ],
)
def test_what_is_no_function_is_named(code, error):
    validation = validate_code(code)

    assert validation.status == "invalid"
    assert error in validation.errors[0]


@pytest.mark.parametrize(
    "body",
    [
        "return open('/etc/passwd').read()",
        "import os; return os.listdir('/')",
        "import os; return dict(os.environ)",
        "import socket; return 1",
        "import subprocess; return 1",
        "import urllib.request; return 1",
        "return ().__class__.__bases__[0].__subclasses__()",
        "return (lambda: 0).__globals__",
        "return __import__('os').getcwd()",
        "return eval('open(\"/etc/passwd\")')",
        "import ctypes; return 1",
        "from pathlib import Path; return Path('/etc/passwd').read_text()",
    ],
)
async def test_the_outside_is_out_of_reach(body):
    trial = await tried(f"def process():\n    {body}")

    assert not trial.succeeded
    assert trial.error


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "return 'x' * (1 << 30)",
        "return [0] * (1 << 28)",
        "import time; time.sleep(60)",
        "print('x' * 1_000_000)",
        "return process()",
        "return 10 ** 100_000",
        "import re; return re.match('(a+)+$', 'a' * 40 + 'b')",
        "return float('nan')",
    ],
)
async def test_limits_end_what_has_no_end(body):
    trial = await tried(f"def process():\n    {body}")

    assert trial.output is None or trial.output == {"value": None}
    assert (await tried("def process():\n    return 1")).output == {"value": 1}


async def test_a_failure_comes_with_its_place():
    trial = await tried("def process(a: int) -> int:\n    return 1 // a", a=0)

    assert "ZeroDivisionError" in trial.error
    assert "line 2" in trial.traceback


async def test_input_and_output_are_held_against_the_schemas():
    code = "def process(a: int) -> int:\n    return 'text'"

    assert (await tried(code, a="x")).input_errors
    assert (await tried(code, a=1)).output_errors


async def test_what_json_does_not_know_becomes_something_it_knows():
    trial = await tried("def process():\n    return {1: {3, 2}, 'b': b'x'}")

    assert trial.output == {"1": [2, 3], "b": "x"}
