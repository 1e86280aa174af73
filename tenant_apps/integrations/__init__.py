"""How other programs work with the organization: API tokens, and the keys that make a repeated POST harmless.

Owns: ApiToken, IdempotencyKey. Words: *token* (a random secret shown once; only its SHA-256 is kept),
*prefix* (its first characters, by which people recognise it), *scope* (`*`, `<area>:read`, `<area>:write`,
where an area is the first half of a permission), *idempotency key* (a name that the caller gives to one
POST). Doors: `queries`, `operations`, `models`, `events`. Stands on `workspace`, `activity`.
"""
