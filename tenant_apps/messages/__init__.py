"""Mail that leaves the organization, and what became of it.

Owns: OutgoingMessage, MessageAttachment. Words: *to queue* (to write the message down in the caller's
transaction; a job delivers it), *to claim* (to take it for delivery, so that two workers do not), *about*
(the record it belongs to). Doors: `operations`, `queries`, `models`, `events`. Stands on `workspace`,
`files`, `activity`.
"""
