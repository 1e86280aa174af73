"""The pages: `home` (dashboard, search, palette) and `who_first`."""
