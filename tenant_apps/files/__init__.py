"""Stored files and their checksums.

Owns: StoredFile. The bytes lie in the default storage under the organization's own folder and are never
changed: a new content is a new file.

Doors: `operations`, `queries`, `models`, `events`. Stands on `activity`.
"""
