"""Accounts as administrators give, change and end them."""
