"""Any name can be sent, and comes back as it was."""

import re

from hypothesis import given
from hypothesis import strategies as st

from chatapp.llm.tool_names import ToolNames


@given(
    st.lists(st.text(max_size=80) | st.sampled_from(["a b", "a.b", "a_b", "a_b_2"]), unique=True)
)
def test_names_go_out_lawful_and_come_back_as_ours(names):
    tools = ToolNames(names)
    sent = [tools.sent(name) for name in names]

    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in sent)
    assert [tools.own(name) for name in sent] == names


def test_a_name_we_never_sent_stays_as_it_is():
    assert ToolNames(["search"]).own("fly") == "fly"
