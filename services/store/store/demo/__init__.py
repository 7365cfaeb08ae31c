"""Data to try the warehouse with."""
