from chatapp.lib.page_marks import PAGE_MARK, location_of, page_mark


def test_a_mark_is_read_back_as_its_place():
    assert location_of(page_mark("page", 3)) == "page 3"
    assert location_of(page_mark("sheet", "North & South")) == "sheet North & South"


def test_a_sheet_name_cannot_break_its_mark():
    mark = page_mark("sheet", "a]\n[page 9] [b")

    assert "\n" not in mark
    assert PAGE_MARK.fullmatch(mark)


def test_a_nameless_sheet_still_has_a_mark():
    assert location_of(page_mark("sheet", "  ")) == "sheet -"


def test_other_brackets_are_no_mark():
    assert location_of("[link](https://example.com)") is None
    assert location_of("see [page 3]") is None
    assert location_of("[chapter 3]") is None
