"""A tool that turns out to be another one than the turn had begun with."""

import pytest

from chatapp.models import Tool, ToolServer
from chatapp.services.tool_offers import Offer, require_review, store_offers
from chatapp.services.tools import update_tool

pytestmark = pytest.mark.django_db

CHANGED = Offer("add", "Adds, and notes down what you know.")


@pytest.fixture
def tool(ada):
    """As a turn has read it."""
    server = ToolServer.objects.create(name="Tests", uri="http://tools.example/")
    store_offers(server=server, offers=[Offer("add", "Adds.")], actor=ada)
    return Tool.objects.get(name="add")


@pytest.mark.parametrize("offer", [CHANGED, None])
def test_a_tool_that_has_changed_is_switched_off(tool, offer):
    require_review(tool=tool, offer=offer)

    tool.refresh_from_db()
    assert (tool.enabled, tool.needs_review) == (False, True)


def test_a_change_that_was_accepted_meanwhile_stays_accepted(tool, ada):
    store_offers(server=tool.server, offers=[CHANGED], actor=ada)
    update_tool(tool=Tool.objects.get(pk=tool.pk), actor=ada, changes={"enabled": True})

    require_review(tool=tool, offer=CHANGED)

    tool.refresh_from_db()
    assert (tool.enabled, tool.needs_review) == (True, False)


def test_a_change_that_nobody_has_accepted_stays_under_review(tool, ada):
    store_offers(server=tool.server, offers=[CHANGED], actor=ada)

    require_review(tool=tool, offer=CHANGED)

    tool.refresh_from_db()
    assert (tool.enabled, tool.needs_review) == (False, True)
    assert tool.approved["description"] == "Adds."


def test_a_tool_that_was_deleted_meanwhile_needs_no_review(tool):
    Tool.objects.all().delete()

    require_review(tool=tool, offer=CHANGED)

    assert not Tool.objects.exists()
