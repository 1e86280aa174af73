"""The organization's own room: its profile, its people as seen from inside, its number series.

Owns: OrganizationProfile, Member, NumberSeries. Words: *profile* (legal facts and defaults), *member* (the
mirror of a team member; records name people by the user's id, without a foreign key out of the schema),
*number series* (gapless, unique numbers). Doors: `queries`, `operations`, `models`, `events`. Stands on
`files`, `activity`.
"""
