"""The database backend: django-tenants', made to fail closed. Named as ENGINE in the settings."""
