from django.db.backends.postgresql import operations as stock


class DatabaseOperations(stock.DatabaseOperations):
    def deferrable_sql(self) -> str:
        """Constraints are checked by the statement, not at commit."""
        return ""
