"""An organization as one file, and an organization out of such a file.

The file is a zip: `data/<table>.copy` is a table as PostgreSQL's COPY writes it in text, `files/<path>` the
bytes of a stored file, `manifest.json` says what is there, how long and with which SHA-256. Three things are
written so that another installation can read them: a record of the public schema (content type, permission,
group) stands under its codename, a stored file under its path inside the organization's folder, and secret
columns stay behind. People keep their ids in the file; `manifest.people` says whose they are.

Rooms: `manifest` (its shape), `tables` (what travels), `rows` (cells of COPY's text), `references`
(codenames), `writing`, `reading` (opens and checks), `loading` (into a schema).
"""
