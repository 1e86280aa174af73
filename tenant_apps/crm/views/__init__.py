"""The pages of companies and of contacts."""
