"""Pages of card payments: settings, payouts, and parts of the pages of invoices and payments."""
