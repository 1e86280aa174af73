from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shared_apps.core.ids import new_id


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of a list")
    CHOICES = "choices", _("Several of a list")
    YES_NO = "yes_no", _("Yes or no")
    LINK = "link", _("Link")
    PERSON = "person", _("Person of the team")


class CustomField(models.Model):  # type: ignore[django-manager-missing]
    """A field that the organization added to one kind of record. `label` is translated (`label_bg`,
    `label_en`).

    `entity`: `company`, `contact`, `deal`, `task`, `product`; `code` never changes and names the field in
    addresses and over the API; `options`: a list of `{"code", "bg", "en", "archived"}`; `default`: JSON as
    over the API.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=FieldKind.choices)
    label = models.CharField(_("label"), max_length=80)
    group = models.CharField(_("group"), max_length=80, blank=True)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    options = models.JSONField(default=list)
    default = models.JSONField(null=True)
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="workspace_field_code_once")]

    class Data:
        plain = (
            "id",
            "entity",
            "code",
            "kind",
            "label",
            "label_bg",
            "label_en",
            "group",
            "help_text",
            "options",
            "default",
            "is_required",
            "position",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.label


class CustomValue(models.Model):
    """What one record holds in one custom field, in the column of its kind; a row for each of several
    choices.

    `text`: text, link, code of a choice · `number`: number and money (`currency` beside it) · `day` ·
    `flag` · `user_id`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values", db_index=False)
    record_id = models.UUIDField()
    text = models.CharField(max_length=500, null=True)
    folded = models.CharField(max_length=200, null=True, db_collation="C")
    number = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    day = models.DateField(null=True)
    flag = models.BooleanField(null=True)
    user_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "record_id", "field", Lower("text"), name="workspace_value_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(
                fields=["field", "folded", "record_id"],
                condition=Q(folded__isnull=False),
                name="workspace_values_text",
            ),
            models.Index(
                fields=["field", "number", "record_id"],
                condition=Q(number__isnull=False),
                name="workspace_values_number",
            ),
            models.Index(
                fields=["field", "day", "record_id"],
                condition=Q(day__isnull=False),
                name="workspace_values_day",
            ),
            models.Index(
                fields=["field", "flag", "record_id"],
                condition=Q(flag__isnull=False),
                name="workspace_values_flag",
            ),
            models.Index(
                fields=["field", "user_id", "record_id"],
                condition=Q(user_id__isnull=False),
                name="workspace_values_person",
            ),
        ]

    class Data:
        plain = ("id", "field", "record_id", "number", "currency", "day", "flag", "user_id")
        personal = ("text", "folded")
        secret = ()
        people = ("user_id",)

    def __str__(self) -> str:
        values = (self.text, self.number, self.day, self.flag, self.user_id)
        return next((str(value) for value in values if value is not None), "")
