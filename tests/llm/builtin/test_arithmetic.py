import pytest

from chatapp.llm.builtin.arithmetic import as_asked, evaluate, expression_in


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        ("17*25", "425"),
        ("What is 2 + 2?", "4"),
        ("how much is 1,200 * 3", "3,600"),
        ("10 / 4", "2.5"),
        ("3,5 + 1", "4.5"),
        ("2^10", "1,024"),
        ("(1+2)*3-4", "5"),
        ("15% of 230", "34.5"),
        ("12 times 12", "144"),
        ("square root of 144 + 0", "12"),
        ("Was ist 7 mal 8?", "56"),
        ("combien font 6 fois 7 ?", "42"),
        ("¿Cuánto es 20 dividido por 4?", "5"),
        ("7 × 8 ÷ 2", "28"),
        ("0.1 + 0.2", "0.3"),
        ("1 - −1", "2"),
    ],
)
def test_sums_are_read_as_people_write_them(asked, result):
    assert evaluate(expression_in(asked)) == result


@pytest.mark.parametrize(
    "text", ["hello", "42", "2026-11-22", "22/11/2026", "call +49 30 1234567 now", "3 apples", ""]
)
def test_what_is_no_sum_is_left_alone(text):
    assert expression_in(text) == ""


@pytest.mark.parametrize(
    "expression",
    [
        "1/0",
        "9**9**9**9",
        "10**1000",
        "(-8)**0.5",
        "1+",
        "((((",
        "__import__('os')",
        "a+1",
        "1 if 1 else 2",
    ],
)
def test_what_has_no_sensible_result_has_none(expression):
    assert evaluate(expression) is None


def test_the_sum_is_shown_as_it_was_asked():
    assert as_asked("What is 15% of 230?") == "15% of 230"
