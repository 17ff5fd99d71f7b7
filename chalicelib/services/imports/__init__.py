"""Imports: new rosters of an election, checked, compared, loaded on the version seen."""
