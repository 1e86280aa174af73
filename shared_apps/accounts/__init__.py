"""People: who they are, which organizations they belong to, and in which role.

Owns: User, TeamMember, Handover. Words: *team member* (a user in an organization, with a role), *role* (a set of
permissions, in `roles`), *handover* (the one-time way from the public host, where one signs in, to an organization's).
Doors: `roles`, `queries`, `operations`, `models`, `events`. Stands on `tenants`, `jobs`, `journal`, `core`.
"""
