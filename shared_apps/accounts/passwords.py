"""What a password must be. Django judges; the words are ours, so that every language has them."""

from django.contrib.auth.password_validation import MinimumLengthValidator, UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class PasswordLength(MinimumLengthValidator):
    """Refuses a password that is shorter than `min_length`."""

    def get_error_message(self) -> str:
        return _("This password is too short: use at least %(count)d characters.") % {
            "count": self.min_length
        }


class PasswordUnlikeEmail(UserAttributeSimilarityValidator):
    """Refuses a password that resembles the person's e-mail."""

    def get_error_message(self) -> str:
        return _("This password is too similar to your e-mail.")
