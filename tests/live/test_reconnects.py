"""Cut again and again while answers stream.

The long tier is `python -m tests.torture.reconnects`.
"""

import asyncio

import pytest

from tests.installation import Installation
from tests.torture.reconnects import storm

pytestmark = pytest.mark.slow


def test_pages_that_are_cut_all_the_time_miss_nothing_and_see_nothing_twice(tmp_path):
    with Installation(tmp_path) as installation:
        installation.fake_model()
        web = installation.web()
        person = installation.person(web, web.link_of("user"))
        done = asyncio.run(storm(installation, web, person, sessions=5, turns=2, seed=1))

    assert done.faults == []
    assert done.cuts >= 50
    assert done.events >= 5 * 2 * 2 * 2
