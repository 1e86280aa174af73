"""Who may see and change which record of the organization.

Owns: MemberRecordPermission, GroupRecordPermission (django-guardian's own tables, a pair per
organization). Words: *owner* (the member whose record it is), *share* (let one more member see a record,
or see and change it), *reader* (one it is shared with). Users see their own records and those shared
with them; from Manager up everything is seen. A model takes part by a column `owner_id` and, to be
shared, by a class attribute `shared_as` and `get_absolute_url`. Doors: `queries`, `operations`,
`models`, `events`. Stands on `workspace`, `activity`.
"""
