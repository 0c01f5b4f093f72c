"""Values for templates of all shapes."""

from chatapp.lib import velocity

CONTEXT: dict[str, velocity.Value] = {
    "name": "Ann",
    "n": 7,
    "f": 2.5,
    "t": True,
    "no": False,
    "nil": None,
    "empty": "",
    "zero": 0,
    "items": ["a", "b", "c"],
    "none": [],
    "nested": [[1, 2], [3]],
    "map": {"k": "v", "a": {"b": "deep"}, "my-key": "dash", "under_score": "us", "nil": None},
    "user": {"name": "Bob", "tags": ["x", "y"]},
    "tools": [{"name": "t1", "description": "d1"}, {"name": "t2", "description": "d2"}],
}


def render(source: str) -> str:
    return velocity.render(source, CONTEXT)
