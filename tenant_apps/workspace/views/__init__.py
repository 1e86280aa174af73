"""The pages of the organization's own room."""
