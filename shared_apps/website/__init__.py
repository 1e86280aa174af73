"""The public face: the landing page with its prices, and sign-up, where one founds an organization.

Owns no tables. Words: *person* (who signs up), *company* (what they found). Doors: `operations`. Stands on
`plans`, `accounts`, `tenants`.
"""
