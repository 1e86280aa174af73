from django.db.backends.postgresql import schema as stock


class DatabaseSchemaEditor(stock.DatabaseSchemaEditor):
    """Makes foreign keys that are not deferrable, inside a schema and in public alike."""

    sql_create_column_inline_fk = stock.DatabaseSchemaEditor.sql_create_column_inline_fk.replace(
        "; SET CONSTRAINTS %(namespace)s%(name)s IMMEDIATE", ""
    )
