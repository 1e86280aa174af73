from tests.tenants.newer import newer as newer
