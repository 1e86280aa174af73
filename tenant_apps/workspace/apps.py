from django.apps import AppConfig

from shared_apps.core.listing import extend_all
from shared_apps.core.slots import register, register_sentences


class WorkspaceConfig(AppConfig):
    name = "tenant_apps.workspace"

    def ready(self) -> None:
        from tenant_apps.workspace.events import SENTENCES
        from tenant_apps.workspace.queries import restorable, words_of_events
        from tenant_apps.workspace.slots import (
            fields_of_forms,
            fields_of_lists,
            fields_of_records,
            people_of_lists,
            people_of_the_audit,
            tags_of_lists,
            tags_of_record,
        )

        register_sentences(SENTENCES)
        register("audit.people", people_of_the_audit)
        register("listing.people", people_of_lists)
        register("form.fields", fields_of_forms)
        register("event.words", words_of_events)
        register("event.restorable", restorable)
        register("record.fields", fields_of_records)
        register("record.tags", tags_of_record)
        extend_all(tags_of_lists)
        extend_all(fields_of_lists)
