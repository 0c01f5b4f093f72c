"""What templates may call."""

import pytest

from chatapp.lib import velocity
from chatapp.lib.velocity import VelocityEvaluationError
from tests.lib.velocity_samples import render


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("$name.length()$name.toUpperCase()$name.toLowerCase()", "3ANNann"),
        ("$name.substring(1)$name.substring( 0 , 1 )$name.charAt(0)", "nnAA"),
        (
            "$name.indexOf('n')$name.lastIndexOf('n')$name.indexOf('n', 2)$name.indexOf('x')",
            "122-1",
        ),
        (
            "$name.startsWith('A')$name.endsWith('A')$name.contains('nn')$name.isEmpty()",
            "truefalsetruefalse",
        ),
        ("$name.replace('n','m')|$name.replaceAll('n','')|$name.replaceFirst('n','')", "Amm|A|An"),
        ("$name.equals('Ann')$name.equals($nope)$name.equalsIgnoreCase('ANN')", "truefalsetrue"),
        ("$name.concat('x')$name.toString()$name.trim()", "AnnxAnnAnn"),
        (
            "$items.size()$items.isEmpty()$none.isEmpty()$items.empty$none.empty",
            "3falsetruefalsetrue",
        ),
        ("$items.get(1)$items.contains('a')$items.contains(1)$items.indexOf('c')", "btruefalse2"),
        ("$items.subList(0,2)$items.join('; ')$nested.join('')", '["a","b"]a; b; c[1,2][3]'),
        (
            "$map.get('k')$map.containsKey('k')$map.containsKey('x')$map.size()$map.a.isEmpty()",
            "vtruefalse5false",
        ),
        ("$user.keySet()$map.a.values()$user.containsValue('Bob')", '["name","tags"]["deep"]true'),
        ("$map.a.entrySet()$map.getOrDefault('zz', 'd')", '[{"key":"b","value":"deep"}]d'),
        ("$f.intValue()$n.doubleValue()$n.toString()$t.equals(true)", "27.07true"),
        ("$user.getName()$user.name()$user.getTags().size()", "BobBob2"),
        ("$name.toUpperCase().toLowerCase().trim().length()", "3"),
        ("#foreach($p in $name.split('n'))[$p]#end$name.split('')", '[A]["A","n","n"]'),
    ],
)
def test_the_usual_methods_are_there(call: str, text: str) -> None:
    assert render(call) == text


@pytest.mark.parametrize(
    "source", ["$items.add('z')", "$map.put('z', 1)", "$items.clear()", "$map.remove('k')"]
)
def test_methods_that_would_change_a_value_do_not_exist(source: str) -> None:
    assert render(source) == source


@pytest.mark.parametrize(
    "source",
    ["$name.substring(9)", "$name.charAt(-1)", "$items.subList(2, 9)", "$name.split('[a-z]+')"],
)
def test_a_method_that_cannot_answer_is_an_error_at_its_place(source: str) -> None:
    with pytest.raises(VelocityEvaluationError) as raised:
        render(f"\n {source}")
    assert (raised.value.line, raised.value.column) == (2, 2)


def test_equality_of_a_method_is_of_the_same_type() -> None:
    assert render("$t.equals(1)$n.equals(7)$n.equals('7')") == "falsetruefalse"


def test_a_pattern_without_operators_is_plain_text() -> None:
    source = r"#set($s = 'a.b|c')$s.split('\.')$s.replaceAll('\|', '-')"
    assert velocity.render(source, {}) == '["a","b|c"]a.b-c'
