"""Pages of people: `entrance`, `invitations`, `profile`, `team`."""
