"""Asking for work, handing it to the broker, and what becomes of it."""

from shared_apps.jobs.operations.dispatching import dispatch_jobs as dispatch_jobs
from shared_apps.jobs.operations.dispatching import resend_lost_jobs as resend_lost_jobs
from shared_apps.jobs.operations.due_work import expect_everything as expect_everything
from shared_apps.jobs.operations.due_work import expect_work as expect_work
from shared_apps.jobs.operations.due_work import forget_organization as forget_organization
from shared_apps.jobs.operations.due_work import set_next_due as set_next_due
from shared_apps.jobs.operations.due_work import settle_next_due as settle_next_due
from shared_apps.jobs.operations.outbox import JobWithoutOrganization as JobWithoutOrganization
from shared_apps.jobs.operations.outbox import OutsideTransaction as OutsideTransaction
from shared_apps.jobs.operations.outbox import enqueue as enqueue
from shared_apps.jobs.operations.running import begin_job as begin_job
from shared_apps.jobs.operations.running import fail_job as fail_job
from shared_apps.jobs.operations.running import finish_job as finish_job
from shared_apps.jobs.operations.running import give_back_job as give_back_job
from shared_apps.jobs.operations.running import postpone_job as postpone_job
from shared_apps.jobs.operations.running import retry_job as retry_job
from shared_apps.jobs.operations.scheduling import enqueue_for_each as enqueue_for_each
from shared_apps.jobs.operations.scheduling import fire_slot as fire_slot
from shared_apps.jobs.operations.scheduling import forget_finished_jobs as forget_finished_jobs
