"""People: who they are, which organizations they belong to, and in which role.

Owns: User, TeamMember, Invitation, Handover, AccountMail. Words: *team member* (a person in an
organization, with a role), *role* (a set of permissions, in `roles`), *invitation* (a place in a team,
offered by e-mail), *handover* (the one-time way from the public host, where one signs in, to an
organization's), *account mail* (a letter on its way). Doors: `roles`, `queries`, `operations`, `models`,
`events`. Stands on `tenants`, `jobs`, `journal`, `core`. `entrance` teaches allauth our hosts, writes and
letters; `middleware` says who is asking.
"""
