"""The admin as a whole: its door, its names."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers the group first
from django.contrib.auth.models import Group

# Through our own login page, with its limits on guessing; the admin's has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "Administration"
admin.site.site_title = "Administration"
admin.site.index_title = "Today"
admin.site.site_url = "/"
# A role is a group, and is given on the person's page.
admin.site.unregister(Group)
