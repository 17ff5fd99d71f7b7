"""What people decide about stations' reports."""
