from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class JobEvent(StrEnum):
    RETRIED = "jobs.job_retried"


SENTENCES = {JobEvent.RETRIED: _("%(actor)s had the job %(subject)s tried again")}
