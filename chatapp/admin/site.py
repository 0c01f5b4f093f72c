"""The admin as a whole: its door, its names, its order, and what it leaves out."""

from typing import Any

from allauth.account import admin as account_admin  # noqa: F401 - registers, before we unregister
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as mfa_admin  # noqa: F401 - likewise
from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401 - likewise
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - likewise
from django.http import HttpRequest

GROUPS = {
    "Agents": ("Agent", "Instruction", "Llm", "Tool", "ToolServer"),
    "Conversations": ("Session", "Turn", "Event", "Artifact"),
    "Knowledge": ("Corpus", "Document"),
    "People": ("User", "ApiKey", "AuditEntry"),
}
_app_list = admin.site.get_app_list


def grouped_app_list(request: HttpRequest, app_label: str | None = None) -> list[Any]:
    """What may be seen, by what it is about rather than in one long list."""
    apps = _app_list(request, app_label)
    pages = {page["object_name"]: page for app in apps for page in app["models"]}
    groups = {title: [pages.pop(n) for n in names if n in pages] for title, names in GROUPS.items()}
    groups["More"] = list(pages.values())
    return [{**apps[0], "name": title, "models": rows} for title, rows in groups.items() if rows]


# Through our own login page, with its limits on guessing; the admin's has none.
# Replacing methods of the site is how allauth says to do it.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.get_app_list = grouped_app_list  # type: ignore[method-assign]
admin.site.site_header = "Administration"
admin.site.site_title = "Administration"
admin.site.index_title = "Today"
admin.site.site_url = "/"
# Groups are roles, given on a person's page; the rest is each person's own business.
for model in list(admin.site._registry):
    if model._meta.app_label != "chatapp":
        admin.site.unregister(model)
