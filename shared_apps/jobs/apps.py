from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from shared_apps.core.slots import register_sentences


class JobsConfig(AppConfig):
    name = "shared_apps.jobs"

    def ready(self) -> None:
        from shared_apps.jobs.events import SENTENCES

        register_sentences(SENTENCES)
        autodiscover_modules("tasks")
