"""Pages of people: `entrance`, `invitations`, `profile`, `team`; `organization`, for its owner."""
