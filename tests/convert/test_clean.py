"""T-DC-7: what nobody sees does not come through."""

from chatapp.convert.clean import clean, disarm_marks


def test_tags_bidi_controls_and_zero_width_characters_go():
    assert clean("a\U000e0041b\u202ec\u2066d\u200be\ufefff\u00adg\U000e0101") == "abcdefg"


def test_joiners_that_emoji_and_persian_need_stay():
    assert clean("👩\u200d💻 می\u200cخواهم") == "👩\u200d💻 می\u200cخواهم"


def test_controls_go_and_all_line_ends_are_one():
    assert clean("a\x00b\x1b[31mc\r\nd\re\u2028f") == "ab[31mc\nd\ne\nf"


def test_lone_surrogates_go():
    assert clean("a\ud800b") == "ab"


def test_a_line_that_looks_like_a_mark_is_disarmed():
    assert disarm_marks("[page 1]\nx [page 2]") == "\\[page 1]\nx [page 2]"
