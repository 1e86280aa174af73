from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class PlansConfig(AppConfig):
    name = "shared_apps.plans"

    def ready(self) -> None:
        from shared_apps.plans.events import SENTENCES

        register_sentences(SENTENCES)
