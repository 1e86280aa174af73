"""The toolbox: what every app stands on and no product noun belongs to.

Words: *operation* (one sentence of the business), *actor* (who does it), *permission* (what they may do),
*refusal* (an answer for a human, never a bug), *slot* (a place that a higher app fills on a lower app's
page). There are no models here, and every module is a door.
"""
