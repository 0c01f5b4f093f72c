"""Text, references and mistakes. The texts were checked against Apache Velocity 1.7 itself."""

import pytest

from chatapp.lib import velocity
from chatapp.lib.velocity import Reference, VelocityEvaluationError, VelocitySyntaxError
from tests.lib.velocity_samples import render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$name|${name}|$!name|$!{name}", "Ann|Ann|Ann|Ann"),
        ("$nope|${nope}|$!nope|$!{nope}|$nope.a.b|$!nope.a", "$nope|${nope}|||$nope.a.b|"),
        ("$map.k|$map.my-key|$map.under_score|${map.my-key}", "v|dash|us|dash"),
        ("$map.a.b|$map.a.nope|$!map.nope", "deep|$map.a.nope|"),
        ("$nil|$!nil|$map.nil|$!map.nil", "$nil||$map.nil|"),
        ("$empty|[${empty}]|$zero|$no", "|[]|0|false"),
        ("$name.|$name,|$name-|$name_|${name}-x|$map.k.", "Ann.|Ann,|$name-|$name_|Ann-x|v."),
        (
            "mail@x.org ${user.name}'s $user.name.jpg $user.name!",
            "mail@x.org Bob's $user.name.jpg Bob!",
        ),
        ('($user.name) [$user.name] {$user.name} "$user.name"', '(Bob) [Bob] {Bob} "Bob"'),
        ("$|$$|$5|$5.00|$ x|$-|${}|${ name }", "$|$$|$5|$5.00|$ x|$-|${}|${ name }"),
        ("cost $1.50 and $$name|$$$name|{{$name}}", "cost $1.50 and $Ann|$$Ann|{{Ann}}"),
        ("$user._x$map.a.9", '{"name":"Bob","tags":["x","y"]}._x{"b":"deep"}.9'),
    ],
)
def test_a_reference_is_its_value_or_stays_as_it_is_written(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$items[0]|$items[-1]|${items[0]}|$items[ 1 ]", "a|c|a|b"),
        ("$map['k']|$map[\"k\"]|$map['zz']|$!map['zz']", "v|v|$map['zz']|"),
        ("$nested[0][1]|$nested[1].get(0)|$map.a['b']|$tools[0].name", "2|3|deep|t1"),
        (
            "$items[$zero]|$items[$nope]|$items['0']|$name[0]",
            "a|$items[$nope]|$items['0']|$name[0]",
        ),
        ("$items[9]|$!items[9]|$items.get(9)", "$items[9]||$items.get(9)"),
        ("$items [0]", '["a","b","c"] [0]'),
    ],
)
def test_an_index_looks_into_a_list_or_a_map(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\$name|\\$name|\\\$name", r"$name|\Ann|\$name"),
        (r"\$nope|\\$nope|\\\$nope", r"\$nope|\\$nope|\\$nope"),
        (r"\$!name|\$!nope|\${name}|\$!{name}|\!", r"$!name|\$!nope|${name}|$!{name}|\!"),
        (r"$\!name|$\\!name", r"$!name|$\!name"),
        (r"\#end \#set \#foo a\#if b", r"#end #set \#foo a#if b"),
        (r"\\#if(true)x#end|\\\\#if(true)x#end|\\\#end", r"\x|\\x|\#end"),
        (r"\\ x \\\ y \ ", r"\\ x \\\ y \ "),
        (r"C:\new\table", r"C:\new\table"),
    ],
)
def test_a_backslash_escapes_what_would_otherwise_happen(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a ## comment\nb", "a b"),
        ("## c\n\n## d\nx", "\nx"),
        ("a #* multi\nline *# b #** doc *# c", "a  b  c"),
        ("#[[ $name #if ]]# after", " $name #if  after"),
        ("# heading", "# heading"),
        ("## heading two\n### heading three\ntext", "text"),
        ("a #stop b", "a "),
    ],
)
def test_comments_vanish_and_literal_blocks_stay(source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    "source",
    ["text # not #1 #hashtag", "#foo($name) #foo(bar) #@foo #{foo}", "#endif #include <stdio.h>"],
)
def test_a_hash_that_begins_no_directive_is_text(source: str) -> None:
    assert render(source) == source


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("#if($t)\n body\n#end\nnext", " body\nnext"),
        ("  #if($t)  \n body\n  #end  \nnext", "   body\n  next"),
        ("#foreach($i in $items)\n- $i\n#end\ndone", "- a\n- b\n- c\ndone"),
        ("#if($no)\na\n#else  \nb\n#end\nc", "b\nc"),
        ("#if($no)\na\n#elseif($t)  \nb\n#end\nc", "b\nc"),
        ("#if($t)\r\na\r\n#end\r\nb", "a\r\nb"),
        ("a\n#set($x=1)\nb", "a\nb"),
        ("a #set($x=1) b", "a  b"),
        ("$name #set($x=1)b", "Annb"),
        ("#set($x=1)  #set($y=2) $x $y", " 1 2"),
        ("x #if($t) a #end y", "x  a  y"),
    ],
)
def test_the_rest_of_a_directives_line_is_not_text(source: str, text: str) -> None:
    assert render(source) == text


def test_rendering_leaves_the_callers_data_as_it_was() -> None:
    context = {"m": {"k": "v", "l": [1, 2]}}
    velocity.render("#set($m.k = 'new')#set($m.l[0] = 9)#set($m = 1)", context)
    assert context == {"m": {"k": "v", "l": [1, 2]}}


def test_values_are_never_read_as_templates() -> None:
    hostile = {"a": "$secret #set($x = 1)#foreach($i in [1..9])x#end", "secret": "s3cret"}
    source = '$a|#set($b = "$a")$b|$a.trim()|#foreach($i in [$a])$i#end'
    assert velocity.render(source, hostile) == "|".join([hostile["a"]] * 4)


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("#if", 1, 4),
        ("#if($t)", 1, 8),
        ("x\n#end", 2, 1),
        ("#else", 1, 1),
        ("#if($t)a#else b#else c#end", 1, 16),
        ("#foreach($i in [1..3])$i#else none#end", 1, 25),
        ("#foreach(i in $items)x#end", 1, 10),
        ("#foreach($i.x in $items)x#end", 1, 10),
        ("${name", 1, 7),
        ("${name x}", 1, 8),
        ('${name|"d"}', 1, 7),
        ("$items[]", 1, 8),
        ("$items[1", 1, 9),
        ("$user.name(see below)", 1, 12),
        ("#set($x = )", 1, 11),
        ("#set($x = 1 2)", 1, 13),
        ("#set($x = null)", 1, 11),
        ("#set($x == 1)", 1, 9),
        ("#set('x' = 1)", 1, 6),
        ("#set($x.y() = 1)", 1, 6),
        ("#set($x = {'a'=1})", 1, 15),
        ("#set($x = [1,])", 1, 14),
        ('#set($x = "open)', 1, 11),
        ("#if($n = 7)a#end", 1, 8),
        ("#if()a#end", 1, 5),
        ("#[[ open", 1, 5),
        ("#* open", 1, 4),
        ('a\nb #set($x = "c\n  $d[")', 3, 6),
    ],
)
def test_a_mistake_is_named_with_its_place(source: str, line: int, column: int) -> None:
    with pytest.raises(VelocitySyntaxError) as raised:
        velocity.parse(source)
    assert (raised.value.line, raised.value.column) == (line, column)
    assert str(raised.value).startswith(f"Line {line}, column {column}: ")


@pytest.mark.parametrize("name", ["macro", "parse", "include", "evaluate", "define", "literal"])
def test_directives_that_run_or_fetch_more_templates_are_refused(name: str) -> None:
    with pytest.raises(VelocitySyntaxError, match=f"#{name} is not available here"):
        velocity.parse(f"text #{name}('x') more")


def test_a_value_that_is_not_plain_data_is_refused() -> None:
    with pytest.raises(VelocityEvaluationError, match="type object is not plain data"):
        velocity.render("$x", {"x": object()})  # type: ignore[dict-item]


def test_a_map_with_keys_that_are_not_text_is_refused() -> None:
    with pytest.raises(VelocityEvaluationError, match="type int is not plain data"):
        velocity.render("$x", {"x": {1: "a"}})  # type: ignore[dict-item]


def test_the_references_of_a_template_can_be_listed() -> None:
    source = (
        "$session.metadata.tier ${agent.name}\n"
        '#if($session.metadata["a-b"])#set($x = "$!currentDate")#end\n'
        "#foreach($t in $tools)$t.name.length()#end $session.metadata.get('k').trim() \\$no"
    )
    assert velocity.references(source) == [
        Reference(("session", "metadata", "tier"), 1),
        Reference(("agent", "name"), 1),
        Reference(("session", "metadata", "a-b"), 2),
        Reference(("currentDate",), 2),
        Reference(("tools",), 3),
        Reference(("t", "name"), 3),
        Reference(("session", "metadata", "k"), 3),
    ]


def test_headings_that_would_vanish_are_warned_of() -> None:
    source = "# Kept\n## Tone\ntext ## remark\n  ### Deeper\n##no heading\n#[[## Kept]]#\n"
    warnings = velocity.warnings(source)
    assert [warning.line for warning in warnings] == [2, 4]
    assert "#[[## Tone]]#" in warnings[0].message
    assert velocity.render("#[[## Tone]]#", {}) == "## Tone"
