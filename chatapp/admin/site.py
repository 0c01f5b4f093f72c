"""The admin as a whole: its door, its names, and what it leaves out."""

from allauth.account import admin as account_admin  # noqa: F401 - registers, before we unregister
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as mfa_admin  # noqa: F401 - likewise
from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401 - likewise
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - likewise

# Through our own login page, with its limits on guessing; the admin's has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "Administration"
admin.site.site_title = "Administration"
admin.site.index_title = "Today"
admin.site.site_url = "/"
# Groups are roles, given on a person's page; the rest is each person's own business.
for model in list(admin.site._registry):
    if model._meta.app_label != "chatapp":
        admin.site.unregister(model)
