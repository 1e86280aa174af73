from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.workspace.models import Member


class ShareForm(forms.Form):
    """Whom a record is shared with, and how far."""

    user_id = forms.TypedChoiceField(label=_("person"), coerce=UUID)
    with_change = forms.BooleanField(label=_("may change it too"), required=False)

    def __init__(self, *args: Any, candidates: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", "—"), *((str(one.user_id), str(one)) for one in candidates)]
        cast(forms.ChoiceField, self.fields["user_id"]).choices = offered
