"""Pages of bank accounts, statements, their lines and the rules about them, by noun."""
