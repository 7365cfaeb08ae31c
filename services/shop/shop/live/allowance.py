"""How much one client may say."""

MESSAGES_A_SECOND = 10.0


class Allowance:
    """Ten messages at once, and ten more each second."""

    __slots__ = ("_left", "_at")

    def __init__(self, seconds: float):
        """:param seconds: of a clock that never goes back."""
        self._left, self._at = MESSAGES_A_SECOND, seconds

    def take(self, seconds: float) -> bool:
        """This function will take one, if there is one."""
        self._left = min(MESSAGES_A_SECOND, self._left + (seconds - self._at) * MESSAGES_A_SECOND)
        self._at = seconds
        if self._left < 1:
            return False
        self._left -= 1
        return True
