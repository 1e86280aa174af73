from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class AccountsConfig(AppConfig):
    name = "shared_apps.accounts"

    def ready(self) -> None:
        from shared_apps.accounts.events import SENTENCES

        register_sentences(SENTENCES)
