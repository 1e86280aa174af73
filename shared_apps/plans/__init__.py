"""What an organization's plan includes, and whether it reaches far enough.

Owns: OrganizationPlan (written when a subscription changes). Words: *plan* (data, in `catalog`), *limit*
(what may be counted, in `limits`). Doors: `limits`, `catalog`, `queries`, `operations`, `models`. Stands on
`tenants`, `core`.
"""
