"""Work that happens after the answer: the outbox, the schedule, retries, and what died.

Owns: Job (a row is the outbox entry, the progress and the dead letter in one), ScheduleSlot, DueWork.
Words: *job* (a registered function that a worker runs), *to enqueue* (to write its row in the caller's
transaction), *to dispatch* (to hand the row to the broker), *slot* (one firing of a scheduled job). Doors:
`actors`, `operations`, `models`. Stands on `journal`, `core`.

A job reaches the broker only through a committed row, so a broker that is down delays work and loses none.
Delivery is at least once; a job whose row says done does nothing when it arrives again.
"""
