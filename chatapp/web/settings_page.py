"""What a person may set for themselves."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chatapp.models import User
from chatapp.services.preferences import preferences_of, set_preferences


class SettingsForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        required=False,
    )
    text_size = forms.ChoiceField(
        label=_("Text size"),
        choices=[("small", _("Small")), ("medium", _("Medium")), ("large", _("Large"))],
        widget=forms.RadioSelect,
    )
    enter = forms.ChoiceField(
        label=_("The Enter key"),
        choices=[("send", _("Sends the message")), ("newline", _("Starts a new line"))],
        widget=forms.RadioSelect,
        help_text=_("Ctrl+Enter always sends, Shift+Enter always starts a new line."),
    )
    single_keys = forms.ChoiceField(
        label=_("Shortcuts of a single key"),
        choices=[("on", _("On")), ("off", _("Off"))],
        widget=forms.RadioSelect,
        help_text=_("Such as / for the message box. Those with Ctrl or Alt always work."),
    )


@require_http_methods(["GET", "POST"])
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    if request.method == "GET":
        return _page(request, SettingsForm(preferences_of(user)))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    set_preferences(user=user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("settings")


def _page(request: HttpRequest, form: SettingsForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/settings.html", {"form": form}, status=status)
