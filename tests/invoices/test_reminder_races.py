"""Two workers remind at once: one letter."""

from datetime import date
from threading import Barrier, Thread

from django.db import connection

from shared_apps.core.actors import system_actor
from tenant_apps.invoices.models import PaymentReminder
from tenant_apps.invoices.operations import NothingToRemind, remind_client
from tenants.context import in_organization
from tests.invoices.stories import AT, client, issued


def test_two_workers_send_one_letter(in_committed_alpha):
    by = system_actor(in_committed_alpha.id)
    company = client(by, email="office@client.example")
    invoice = issued(by, company, due_date=date(2026, 3, 20))
    together, outcomes = Barrier(2), []

    def work():
        with in_organization(in_committed_alpha):
            together.wait()
            try:
                remind_client(invoice_ids=[invoice.pk], on=date(2026, 3, 27), by=by, at=AT)
                outcomes.append("told")
            except NothingToRemind:
                outcomes.append("nothing")
        connection.close()

    threads = [Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["nothing", "told"]
    assert PaymentReminder.objects.count() == 1
