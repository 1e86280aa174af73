"""One file per way of running: `dev` (also `manage.py up`), `test`, `prod`, all on top of `base`."""
