"""What people do: once, with who, when and why."""
