"""Sets the broker before any app's jobs are declared."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "roof"

    def ready(self) -> None:
        import config.broker  # noqa: F401
