"""Pictures of every page, for docs/screenshots: pages.py says of which, visits.py how to get there."""
