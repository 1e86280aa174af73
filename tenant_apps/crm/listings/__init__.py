"""What the lists of this app show, ask and let change: `companies`, `contacts`, …, and deals and tasks."""
