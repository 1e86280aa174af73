"""What a row's error says, in words of the reader."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text

CELL: dict[str, Text] = {
    "date": _("“%(value)s” is not a date that we can read."),
    "number": _("“%(value)s” is not a number."),
    "negative": _("“%(value)s” is less than zero."),
    "country": _("“%(value)s” is not a country that we know."),
    "id": _("“%(value)s” is not an id of ours."),
    "owner": _("Nobody in the team is called “%(value)s”."),
    "stage": _("No stage is called “%(value)s”."),
    "pipeline": _("No pipeline is called “%(value)s”."),
    "status": _("“%(value)s” is not a status: use open, won or lost."),
    "product": _("No product is called “%(value)s”."),
    "too_long": _("This cell holds %(count)d characters: too many for one field."),
    "invalid_characters": _("This cell holds characters that cannot be kept."),
    "misread": _("Some letters could not be read: choose another encoding."),
}
NOTHING_TO_MAKE = _("None of the chosen columns names a record in this row.")
SEVERAL_MATCH = _("Several records match “%(value)s”: choose another field to recognise them by.")
SAME_AS_ROW = _("The same as row %(number)d of this file.")
ALREADY_THERE = _("This is there already.")
NOT_FOUND = _("No such record to update.")
UNEXPECTED = _("This row could not be imported.")
NO_LONGER_MEMBER = _("The person who started the import no longer works here.")
CHANGED_SINCE = _("Changed since the import: the newer value stays.")
