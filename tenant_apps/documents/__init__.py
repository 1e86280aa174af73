"""Documents: from a template and its values to a file that is kept.

Owns the way HTML becomes PDF; its door is `adapters.render_pdf`. What stands on a document is said by the app
that owns the record, in `templates/<app>/pdf/`, and rendered by that app's own adapter.
"""
