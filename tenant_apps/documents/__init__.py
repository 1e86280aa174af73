"""Documents: from a template and its values to a file that is kept.

Owns the way HTML becomes PDF (`adapters.render_pdf`). What stands on a document is said by the app that owns the record,
in `templates/<app>/pdf/`; its adapter calls ours. Stands on files and workspace.
"""
