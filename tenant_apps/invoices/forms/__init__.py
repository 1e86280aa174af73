"""What people type. Plain forms: they read and explain, operations decide and write."""
