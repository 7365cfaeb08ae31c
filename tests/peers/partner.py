"""A partner who listens to webhooks, and takes all that it is sent."""

from peers.door import Answer, Asked, Peer


class PartnerPeer(Peer):
    def answer(self, asked: Asked) -> Answer:
        return Answer(200, "Taken, thank you.", {"Content-Type": "text/plain"})
