"""Who the organizations are, and how the product enters one.

Owns: Organization, Domain, the schema of each. Words: *organization* (a company that uses the product),
*schema* (its own PostgreSQL schema, with an opaque name), *host* (the address that leads to it), *founding*
(what is known of a new one). Doors: `context`, `queries`, `operations`, `models`. Stands on `jobs`,
`journal`, `core`.
"""
