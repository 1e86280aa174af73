"""The clients: companies and the people in them.

Owns: Company, Contact. Words: *company* (a client or supplier firm), *contact* (a person, in a company
or alone), *archive* (out of the lists and still there; nothing is deleted), *duplicate* (another company
with the same EIK: a warning, never a refusal). Slots on its pages: `company.related`, `contact.related`
(functions of `company=` or `contact=`, and `actor=`; what they return has `template`, which is shown
with it as `part`). Doors: `queries`, `operations`, `models`, `events`. Stands on `sharing`, `workspace`,
`activity`.
"""
