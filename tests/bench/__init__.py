"""The figures of the README, measured on the reader's own machine by `make bench`."""
