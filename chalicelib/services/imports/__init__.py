"""Imports: new rosters of an election, checked, compared.

Loaded on the version seen.
"""
