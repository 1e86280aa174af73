"""What cells and headers say. Pure."""
