"""How a migration changes rows: not in the migration, but by a job for each organization."""

from typing import Any

from django.db.migrations.operations.base import Operation


class RunJob(Operation):
    """In a migration of an organization's app: once this has reached a schema, run the job there.

    The job's row enters the outbox in the transaction that migrates the schema, with a key, so it is asked
    for once; thousands of schemas fan out over the workers, and a failing one is retried alone. The code must
    work with rows that the job has not reached yet. A new organization starts without rows and runs nothing.
    Undoing the migration leaves what the job wrote.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(self, job: str) -> None:
        self.job = job

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing about the models changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing here: `tenants.upgrade` finds the operation and asks for the job."""

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing to take back."""

    def describe(self) -> str:
        return f"Run the job {self.job} in every organization"
