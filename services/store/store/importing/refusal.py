"""No to a whole file."""


class FileRefused(Exception):
    """Nothing of the file can be used; the text is a sentence that says why and what to do."""
