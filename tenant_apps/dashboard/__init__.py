"""Home and search: what the organization should look at now, and one box that finds everything.

Owns nothing. Words: *owed* (issued and not paid yet), *overdue* (owed since before today), *received*
(payments that are not void), *first steps* (what an empty organization does first). Reads by the queries of
the apps below it.
"""
