"""Who may see and change which record of the organization.

Owns: MemberRecordPermission, GroupRecordPermission (django-guardian's own tables, a pair per
organization), PublicLink. Words: *owner* (the member whose record it is), *share* (let one more member see
a record, or see and change it), *reader* (one it is shared with), *client link* (an address by which
somebody without an account sees one record; *revoked*, it leads nowhere). Users see their own records and
those shared with them; from Manager up everything is seen; a client sees what their link opens. A model
takes part by a column `owner_id`; to be shared, by a class attribute `shared_as` and `get_absolute_url`; to
have a link, by `link_permission` (what one must be allowed to let it out) and `may_be_opened` too. Doors:
`queries`, `operations`, `models`, `events`. Stands on `messages`, `workspace`, `activity`.
"""
