"""The clients: companies and the people in them.

Owns: Company, Contact. Words: *company* (a client or supplier firm), *contact* (a person, in a company
or alone), *archive* (out of the lists and still there; nothing is deleted), *duplicate* (another company
with the same EIK: a warning, never a refusal), *task* (something that somebody has to do; done, one that
recurs leaves exactly one next), *note*, *conversation* (a call, meeting or e-mail that took place and was
logged), *stream* (everything around a record, newest first). Slots on its pages: `company.related`,
`contact.related` (functions of `company=` or `contact=`, and `actor=`), `record.fields`, `record.tags`
(of `record_type=`, `record=`, `actor=`, `may_change=`); what they return has `template`, which is shown
with it as `part`. Of selling it owns Pipeline, Stage, Deal, DealItem and StageStay. Words: *pipeline* (a
way of selling, with stages), *to rot* (to lie in a stage longer than its limit), *stay* (the time of a deal
in a stage). Slots: `deal.card` (company ids → lines on cards, by one statement), `deal.won` (the next step
of a won deal), `time.billed` (of `entry=`, `actor=`: where it is billed). *Time* is logged for a company or
on a deal, billable or not; the app that writes invoices says when it is billed. Doors: `queries`,
`operations`, `models`, `events`. Stands on `sharing`, `workspace`, `activity`.
"""
