"""How Baykoo is packaged, deployed, and run on one machine. See README.md beside this file."""
