"""The numbers with which a websocket is closed: a client reads from them whether to come back, and how."""

from enum import IntEnum


class Code(IntEnum):
    """Those below 4000 are the protocol's own (RFC 6455, and IANA's list)."""

    TOO_LARGE = 1009
    WE_STOP = 1012
    LATER = 1013
    NOT_UNDERSTOOD = 4400
    LOG_IN = 4401
    NOT_ALLOWED = 4403
    NOT_THERE = 4404
    TOO_LATE = 4408
    TOO_MANY = 4429


WORDS: dict[Code, str] = {
    Code.TOO_LARGE: "A message may have 4096 bytes.",
    Code.WE_STOP: "We stop, or start anew. Come back in one to six seconds, each client after another time.",
    Code.LATER: "We cannot answer at present. Come back, after longer and longer.",
    Code.NOT_UNDERSTOOD: "That message is none of those that are described.",
    Code.LOG_IN: "There is no good token, or no session that is logged in. Come back with another one.",
    Code.NOT_ALLOWED: "This log-in may not hear this, or may not any more.",
    Code.NOT_THERE: "There is nothing of that kind that you may see.",
    Code.TOO_LATE: "The first message did not come within ten seconds.",
    Code.TOO_MANY: "Too many messages in a second, or too many sockets. Come back after a while.",
}


class Closed(Exception):
    """This socket is to be closed."""

    def __init__(self, code: Code, words: str = ""):
        super().__init__(words or WORDS[code])
        self.code = code
