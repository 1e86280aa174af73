"""Mail that leaves the organization, and what became of it; what people of the team are told in the product.

Owns: OutgoingMessage, MessageAttachment, Notification. Words: *to queue* (to write the message down in the
caller's transaction; a job delivers it), *to claim* (to take it for delivery, so that two workers do not),
*about* (the record it belongs to), *to notify* (to tell one person of the team something, once for a key).
Slot: `notification.parts`, a function of `notifications=` and `actor=` that gives notification id → what is
shown with it: an object with `template`, included as `part`. Doors: `operations`, `queries`, `models`,
`events`. Stands on `workspace`, `files`, `activity`.
"""
