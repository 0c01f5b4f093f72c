"""People and their roles; who is switched off is out at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html

from chatapp.admin.pages import Page, actor_of, refuse
from chatapp.errors import ChatappError
from chatapp.models import User
from chatapp.services import audit
from chatapp.services.accounts import remove_user
from chatapp.services.users import ROLES, create_sign_in_link, create_user, rights_changed, set_role


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    role = forms.ChoiceField(
        choices=[(role, role) for role in ROLES],
        help_text="A reviewer reads every session; an admin does everything.",
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "description", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["role"] = self.instance.role


@admin.register(User)
class UserPage(Page):
    form = UserForm
    change_form_template = "admin/chatapp/user/change_form.html"
    list_display = ("username", "display_name", "email", "role", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "email", "first_name", "last_name")
    readonly_fields = ("key", "last_login", "date_joined")
    fieldsets = (
        ("Person", {"fields": ("username", "first_name", "last_name", "email", "description")}),
        ("Rights", {"fields": ("role", "is_active")}),
        ("Record", {"fields": ("key", "last_login", "date_joined")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        role = form.cleaned_data["role"]
        if not change:
            self._add(obj, role)
        elif obj.pk == request.user.pk and (role != obj.role or not obj.is_active):
            messages.error(request, "You cannot take your own rights away.")
            return
        else:
            obj.save()
            if "role" in form.changed_data:
                set_role(user=obj, role=role)
            if "is_active" in form.changed_data:
                rights_changed(user=obj)
        audit.record(
            actor=actor_of(request),
            action="user.update" if change else "user.create",
            object_type="user",
            object_key=obj.username,
            detail={"changed": form.changed_data, "role": role},
        )

    def _add(self, obj: User, role: str) -> None:
        made = create_user(username=obj.username, email=obj.email, role=role)
        made.first_name, made.last_name = obj.first_name, obj.last_name
        made.description, made.is_active = obj.description, obj.is_active
        made.save()
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return obj is None or obj.pk != request.user.pk

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The service deletes their sessions and files as well; counting them may take long."""
        names = [f"{user}, with all their sessions and files" for user in objs]
        return names, {"users": len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        try:
            remove_user(user=obj, actor=actor_of(request))
        except ChatappError as exc:
            refuse(request, exc)

    def get_urls(self) -> list[Any]:
        link = path(
            "<int:user_id>/sign-in-link/",
            self.admin_site.admin_view(self.sign_in_link),
            name="chatapp_user_sign_in_link",
        )
        return [link, *super().get_urls()]

    def sign_in_link(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Make a link that signs this person in once, and show it, once."""
        back = HttpResponseRedirect(reverse("admin:chatapp_user_change", args=[user_id]))
        user = User.objects.filter(pk=user_id).first()
        if request.method != "POST" or user is None:
            return back
        try:
            token = create_sign_in_link(username=user.username)
        except ChatappError as exc:
            refuse(request, exc)
            return back
        audit.record(
            actor=actor_of(request),
            action="user.sign_in_link",
            object_type="user",
            object_key=user.username,
        )
        url = request.build_absolute_uri(reverse("login-link", args=[token]))
        text = "Works once, for a day, and is not shown again: <code>{}</code>"
        messages.success(request, format_html(text, url))
        return back
