"""What lists of documents and payments can show and be asked."""
