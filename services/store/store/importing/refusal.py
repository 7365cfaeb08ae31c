"""No to a whole file."""


class FileRefused(Exception):
    """Nothing of the file can be used; the text is a sentence that says why and what to do."""


class BadRow(Exception):
    """The line breaks a rule; the text is a sentence for the person who made the file.

    :ivar column: the one of ours that it is about; empty if it is about the line as a whole.
    """

    def __init__(self, sentence: str, *, column: str = ""):
        super().__init__(sentence)
        self.column = column
