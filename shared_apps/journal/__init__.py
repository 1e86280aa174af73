"""What happened on the platform: people signing in, organizations founded, plans changed. The twin of
`activity`.

Owns: PlatformEvent, append-only. Doors: `operations.record`, `queries`, `models`. Stands on `core`.
"""
