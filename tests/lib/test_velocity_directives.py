"""Directives and expressions. The texts were checked against Apache Velocity 1.7 itself."""

import pytest

from tests.lib.velocity_samples import render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("#if($t)yes#{else}no#end", "yes"),
        ("#if($no)yes#{else}no#end", "no"),
        ("#if($nil)y#{else}n#end#if($nope)y#{else}n#end", "nn"),
        ("#if($empty)y#{else}n#end#if($zero)y#{else}n#end#if($none)y#{else}n#end", "yyy"),
        ("#if($nope.foo)y#{else}n#end #if(!$nope)z#end", "n z"),
        ('#if( $name == "Bob" ) B #elseif( $name == "Ann" ) A #else C #end.', " A ."),
        ("#if($n)#if($no)x#elseif($t)y#end#{end}z", "yz"),
        ("#if \n(\n$t\n)x#end", "x"),
        ("#{if}($t)x#{end}", "x"),
    ],
)
def test_if_takes_the_first_branch_that_holds(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$n==7 && $n!=8 && $n>6 && $n<8 && $n>=7 && $n<=7", True),
        ("$n eq 7 and $n ne 8 and $n gt 6 and $n lt 8 and $n ge 7 and $n le 7", True),
        ("$t and $no", False),
        ("$t or $no", True),
        ("not $no && !$nope", True),
        ("!!$t", True),
        ("$t || $no && $no", True),
        ("($t || $no) && $no", False),
        ("$name == 'Ann' and $name != \"Bob\"", True),
        ("$n == '7' and '7' == $n and $n == 7.0 and 2 == 2.0", True),
        ("'2' == 2.0", False),
        ("$t == true and $t == 'true'", True),
        ("$t == 1", False),
        ("$nope == $nil", True),
        ("$nope != 'x'", True),
        ("$nope > 1 or 1 > $nope or $name > 'A' or $n > '5' or $t > $no", False),
        ("$items == ['a', 'b', 'c'] and $map.a == {'b': 'deep'}", True),
        ("1 < 2 == true", True),
        ("$n > 5 && ($f < 3 || $no)", True),
    ],
)
def test_conditions_compare_as_velocity_does(condition: str, holds: bool) -> None:
    assert render(f"#if({condition})yes#{{else}}no#end") == ("yes" if holds else "no")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("1 + 2 * 3", "7"),
        ("2*(3+4)", "14"),
        ("5 - 3 - 1", "1"),
        ("7/2", "3"),
        ("-7/2", "-3"),
        ("7%3", "1"),
        ("-7%3", "-1"),
        ("7/2.0", "3.5"),
        ("1.5%1", "0.5"),
        ("3.0*2", "6.0"),
        ("0.1+0.2", "0.30000000000000004"),
        (".5", "0.5"),
        ("1.", "1.0"),
        ("1e3", "1000.0"),
        ("9223372036854775807 + 1", "9223372036854775808"),
        ("'a' + 'b'", "ab"),
        ("'a' + 1", "a1"),
        ("$t + 'x'", "truex"),
        ("$nope + 'x'", "$nopex"),
        ("'x' + $nope", "x$nope"),
        ("$n > 5", "true"),
        ("!$t", "false"),
        ("$t && $no", "false"),
    ],
)
def test_expressions_have_values(expression: str, text: str) -> None:
    assert render(f"#set($x = {expression})$x") == text


@pytest.mark.parametrize(
    "expression",
    ["1/0", "1%0", "1.0/0", "$nope + 1", "'a' - 'b'", "$items * 2", "[$name..3]", "$n[0]"],
)
def test_what_cannot_be_calculated_has_no_value(expression: str) -> None:
    assert render(f"#set($x = {expression})$x") == "$x"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("#foreach($i in $items)$i#if($foreach.hasNext), #end#end", "a, b, c"),
        (
            "#foreach($i in $items)$foreach.count$foreach.index$foreach.first$foreach.last;#end",
            "10truefalse;21falsefalse;32falsetrue;",
        ),
        ("#foreach($i in $items)$velocityCount$velocityHasNext#end", "1true2true3false"),
        (
            "#foreach($i in $nested)#foreach($j in $i)$foreach.parent.count.$j #end#end",
            "1.1 1.2 2.3 ",
        ),
        ("#foreach($i in [1..3])$i#end#foreach($i in [3..1])$i#end", "123321"),
        ("#foreach($i in [$zero..2])$i#end", "012"),
        ("#foreach($i in $nope)x#end#foreach($i in $none)x#end#foreach($i in 5)x#end", ""),
        ("#foreach($i in 'abc')$i#end", ""),
        ("#foreach($i in {'a':1,'b':2})$i#end", "12"),
        ("#foreach($k in $map.a.keySet())$k#end", "b"),
        ("#foreach($e in $user.entrySet())$e.key=$e.getValue();#end", 'name=Bob;tags=["x","y"];'),
        ("#foreach($i in $items)$i#if($i=='b')#break#end#end after", "ab after"),
        ("#foreach($i in [1..9])#if($i>3)#stop#end$i#end x", "123"),
        ("#foreach($i in $items)$i#end$i#set($i='o')#foreach($i in $items)$i#end$i", "abc$iabco"),
        ("#foreach($v in $map.values())[$v]#end", '[v][{"b":"deep"}][dash][us][$v]'),
        (
            "$foreach.count#foreach(${i} in $items)$i#end$velocityCount",
            "$foreach.countabc$velocityCount",
        ),
    ],
)
def test_foreach_repeats_and_counts(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("#set($x=1)$x#set($x = $x + 1)$x", "12"),
        ("#set($x = 'v')#set($x = $nope)$x", "v"),
        ("#set($map.k = 'new')$map.k#set($map.fresh = 'f')$map.fresh", "newf"),
        ("#set($map['q'] = 1)$map.q#set($map.a['b'] = 2)$map.a.b", "12"),
        ("#set($items[0] = 'Z')$items[0]#set($items[9] = 1)$items.size()", "Z3"),
        ("#set($a.b = 1)$a#set($map.x.y = 1)$map.x.y", "$a$map.x.y"),
        (
            "#set($l=['a',$n,true,1.5])$l#set($m={'a':1,'b':$name})$m",
            '["a",7,true,1.5]{"a":1,"b":"Ann"}',
        ),
        ("#set($x=[])$x#set($x={})$x#set($x=[1..3])$x", "[]{}[1,2,3]"),
        ("#{set}($x=3)$x", "3"),
        ("#set $x = 1", "#set $x = 1"),
    ],
)
def test_set_gives_a_value_to_a_name_or_a_place(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"hi $name ${map.k} $nope #if($t)T#end"', "hi Ann v $nope T"),
        ("'hi $name'", "hi $name"),
        ('"a ""quoted"" b"', 'a "quoted" b'),
        ("'it''s'", "it's"),
        ('"$!nope|$!{nope}|${name}x"', "||Annx"),
        (r'"\$name \\$name \#if"', r"$name \Ann #if"),
        (r'"tab\tx\n"', r"tab\tx\n"),
        ('"#foreach($i in $items)$i#end"', "abc"),
        ('"#[[ $name ]]#"', " $name "),
        ('"$map.get(""k"")$map.get(\'k\')"', "vv"),
        ('"a ## c"', "a "),
        ('"two\nlines"', "two\nlines"),
    ],
)
def test_double_quotes_interpolate_and_single_quotes_do_not(literal: str, text: str) -> None:
    assert render(f"#set($x = {literal})$x") == text
