"""Templates made to do harm: each ends in a named error, or does nothing at all."""

import sys
from collections.abc import Callable

import pytest

from chatapp.lib import velocity
from chatapp.lib.velocity import VelocityError, VelocityLimitError, VelocitySyntaxError

CONTEXT: dict[str, velocity.Value] = {"s": "text", "l": [1], "m": {"k": "v"}, "n": 1, "t": True}


@pytest.mark.parametrize(
    "source",
    [
        "$s.class",
        "$s.getClass()",
        "$s.class.forName('java.lang.Runtime')",
        "$s.format($m)",
        "$s.encode('utf-8')",
        "$s['__class__']",
        "$m['__class__']",
        "$m.get('__class__')",
        "$l.append(1)",
        "$m.update($m)",
        "$m.pop('k')",
        "$n.bit_length()",
        "$n.real",
        "$s.join($l)",
        "$s.maketrans('a')",
        "$s.substring('1')",
        "$s.substring(true)",
        "$s.toUpperCase(1)",
        "$l.get('0')",
        "$l.get(true)",
        "$l[true]",
        "$l.contains($l)",
    ],
)
def test_nothing_but_listed_methods_and_keys_is_reached(source: str) -> None:
    assert velocity.render(source, CONTEXT) == source


@pytest.mark.parametrize("name", ["__class__", "__init__", "_private", "__len__()"])
def test_a_name_that_begins_with_an_underscore_is_no_property(name: str) -> None:
    assert velocity.render(f"$s.{name}", CONTEXT) == f"text.{name}"
    with pytest.raises(VelocitySyntaxError):
        velocity.parse(f"${{s.{name}}}")


def nested(opening: str, levels: int, closing: str) -> str:
    return opening * levels + closing * levels


A_LOOP = "#foreach($i in [1..1000])"
TWINS = "#set($s = ['x'])" + "#set($s = [$s, $s])" * 25
LONG_TEXT = "#set($s = '" + "a" * 50_000 + "')"

BOMBS = {
    "a string that doubles": "#set($s = 'aaaaaaaa')" + "#set($s = \"$s$s\")" * 40,
    "a sum that doubles": "#set($s = 'aaaaaaaa')" + "#set($s = $s + $s)" * 40,
    "a list of itself, printed": TWINS + "$s",
    "a list of itself, compared": TWINS + "#if($s == $s)#end",
    "a list of itself, joined": TWINS + "$s.join('')",
    "a map of itself": "#set($s = {'x': 1})" + "#set($s = {'a': $s, 'b': $s})" * 25 + "$s",
    "a map inside itself": "#set($m = {})" + "#set($m.a = $m)" * 100 + "$m",
    "a deep list": "#set($m = 1)" + A_LOOP + "#set($m = [$m])#end$m",
    "a number that squares": "#set($x = 9999999999)" + "#set($x = $x * $x)" * 60,
    "a number of many digits": "#set($x = " + "9" * 60_000 + ")",
    "a number out of range": "#set($x = 1e999)",
    "a huge range": "#foreach($i in [1..3000000])#end",
    "loops in loops": A_LOOP * 3 + "x" + "#end" * 3,
    "empty loops": A_LOOP * 2 + "#end" * 2,
    "deep loops": nested(A_LOOP, 39, "#end"),
    "too much text": LONG_TEXT + A_LOOP + "$s#end",
    "too many lists": "#set($s = [1..1000])" + A_LOOP + "$s#end",
    "a replacement that grows": LONG_TEXT + "$s.replace('a', $s)",
    "texts that join": LONG_TEXT + "#set($l = [$s, $s, $s])$l.join('')",
    "endless replacing": LONG_TEXT + A_LOOP + "#set($t = $s.replace('a', 'bb'))#end",
    "endless searching": LONG_TEXT + A_LOOP + "#set($t = $s.indexOf('" + "a" * 999 + "b'))#end",
    "endless splitting": LONG_TEXT + A_LOOP + "#set($t = $s.split('').join('-'))#end",
    "endless comparing": LONG_TEXT + A_LOOP + "#set($t = $s == \"$s\")#end",
    "endless entries": "#set($e = {" + ",".join(f"'k{i}':1" for i in range(4000)) + "})"
    + A_LOOP + "#set($x = $e.entrySet())#end",
    "endless changes": "#set($a = [1..1000])" + A_LOOP * 2 + "#set($a[$i] = 1)" + "#end" * 2,
    "a long list in a loop": A_LOOP + "#set($x = [" + ",".join("1" * 9000) + "])#end",
    "deep conditions": nested("#if(true)", 5000, "#end"),
    "deep parentheses": "#if(" + nested("(", 5000, ")") + ")#end",
    "deep lists": "#set($x = " + nested("[", 5000, "]") + ")",
    "deep maps": "#set($x = " + nested("{1:", 5000, "}") + ")",
    "deep indexes": "$a" + nested("[$a", 5000, "]"),
    "deep calls": nested("$a.b(", 5000, ")"),
    "many negations": "#if(" + "!" * 5000 + "true)#end",
    "a long sum": "#set($x = 1" + " + 1" * 15_000 + ")",
    "many references": "$a" * 32_000,
    "many dollars": "$" * 65_000,
    "a long source": "x" * 65_537,
}  # fmt: skip


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_ends_in_a_limit(source: str) -> None:
    with pytest.raises(VelocityLimitError):
        velocity.render(source, CONTEXT)


@pytest.mark.parametrize(
    "source",
    [
        "#*" * 32_000,
        "#[[" * 20_000,
        "#set($x = " + '"' * 55_001,
        "#if(" + " " * 60_000,
        "${" + "a" * 60_000,
        "$a" + ".b" * 30_000 + "(",
    ],
)
def test_long_nonsense_is_a_mistake_like_any_other(source: str) -> None:
    with pytest.raises(VelocityError):
        velocity.render(source + "$x[", CONTEXT)


@pytest.mark.parametrize(
    "source", ["#foo(" * 5000, "\\" * 65_000, " " * 65_000, "$a" + ".b" * 30_000]
)
def test_long_harmless_text_stays_as_it_is(source: str) -> None:
    assert velocity.render(source, {}) == source


def test_the_deepest_allowed_template_fits_on_a_stack_that_is_half_full() -> None:
    source = "#if(true)" * 20 + "$a[" * 18 + "0" + "]" * 18 + "#end" * 20

    def deeper(levels: int, call: Callable[[], str]) -> str:
        return deeper(levels - 1, call) if levels else call()

    levels = sys.getrecursionlimit() // 2
    assert deeper(levels, lambda: velocity.render(source, {})).startswith("$a[")


def test_numbers_of_the_caller_may_be_larger_than_ours() -> None:
    huge: dict[str, velocity.Value] = {"x": 10**5000, "f": float("inf"), "k": {"1": 2}}
    for source in ("$x", "#set($y = $x + 1)", "$x.doubleValue()", "$k[$x]", "#if($x == '1')#end"):
        with pytest.raises(VelocityLimitError):
            velocity.render(source, huge)
    assert velocity.render("#set($y = $f + 1)$y$f.intValue()", huge) == "$y$f.intValue()"


def test_a_source_that_is_too_long_has_no_place_to_name() -> None:
    with pytest.raises(VelocityLimitError) as raised:
        velocity.parse("x" * 65_537)
    assert (raised.value.line, str(raised.value)) == (None, raised.value.message)


def test_an_error_while_rendering_names_the_place() -> None:
    with pytest.raises(VelocityLimitError) as raised:
        velocity.render("line\n  #set($x = [1..9999])", {"a": 1})
    assert (raised.value.line, raised.value.column) == (2, 8)
