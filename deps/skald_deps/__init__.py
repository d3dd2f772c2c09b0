"""Fetches, checks and prepares everything from outside that Skald is built from. Python's standard library only."""
