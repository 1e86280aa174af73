"""Files in: CSV, XLSX and vCard become companies, contacts, products, deals and notes.

Owns: Import (a file, how it is read, what its columns mean, how far it has come) and ImportRow (what became
of one row). Words: *reading* is how a file is taken apart (encoding, delimiter, sheet, header row); *mapping*
says which column is which detail; *rehearsal* does everything and takes it back, row by row; *undo* takes a
finished import back for 30 days.

Doors: `queries`, `operations`, `models`, `events`. Stands on `crm`, `catalog`, `files`, `workspace`,
`activity`.
"""
