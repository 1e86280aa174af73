"""How Tefter is run: on one machine by itself (`embedded`), and behind a server of one's own."""
