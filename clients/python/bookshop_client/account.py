"""The calls about the account itself: opened and confirmed, entered and left, its name and its password."""

from bookshop_client.asking import Asking, repeating, seen_as
from bookshop_client.shapes import Me
from bookshop_client.tokens import Tokens


class AccountCalls(Asking):
    """The part of a Client that is about who we are."""

    def register(self, email: str, password: str, *, username: str = "", key: str = "") -> None:
        """This function will open an account. A code is mailed to the address: hand it to verify_email, then log in.

        If the address has an account already, its owner is told by letter, and nobody else.
        """
        said = {"email": email, "password": password} | ({"username": username} if username else {})
        self._ask("POST", "/auth/register/", repeatable=True, json=said, headers=repeating(key))

    def verify_email(self, email: str, code: str, *, key: str = "") -> None:
        """:param code: from the letter."""
        said = {"email": email, "code": code}
        self._ask("POST", "/auth/email/verify/", repeatable=True, json=said, headers=repeating(key))

    def resend_code(self, email: str) -> None:
        """This function will have a new code mailed, if the address waits for one."""
        self._ask("POST", "/auth/email/resend/", repeatable=False, json={"email": email})

    def log_in(self, username: str, password: str, *, code: str = "", scope: str = "") -> None:
        """This function will log in with a name or an address; a guest's cart comes into the account's.

        :param code: of the authenticator app, where there is one.
        :param scope: what this log-in is to be for, such as "orders:read cart:write"; without it, all that you may.
        """
        said = {"username": username, "password": password}
        said |= {name: value for name, value in (("code", code), ("scope", scope)) if value}
        told = self._line.ask("POST", "/auth/token/", repeatable=True, json=said, headers=self._cart_header())
        self._keyring.put(Tokens(told.body["access"], told.body["refresh"]))
        self.cart_token = ""

    def log_out(self) -> None:
        """This function will end the log-in, here and in the shop."""
        if tokens := self.tokens:
            self._line.ask("POST", "/auth/logout/", repeatable=True, json={"refresh": tokens.refresh})
            self._keyring.put(None)

    def me(self, *, seen: Me | None = None) -> Me:
        return self._look("/auth/me/", Me, seen)

    def rename(self, name: str, *, seen: Me | None = None) -> Me:
        """This function will change one's name."""
        headers = seen_as(seen)
        return Me.of(
            self._ask("PATCH", "/auth/me/", repeatable=seen is None, json={"name": name}, headers=headers).body
        )

    def change_password(self, old: str, new: str) -> None:
        """This function will change the password. All log-ins of the account end; this client goes on with a new one."""
        said = {"old_password": old, "password": new}
        told = self._ask("POST", "/auth/password/change/", repeatable=False, json=said)
        self._keyring.put(Tokens(told.body["access"], told.body["refresh"]))

    def forget_password(self, email: str) -> None:
        """This function will have a letter sent by which a new password can be chosen, if there is such an account."""
        self._ask("POST", "/auth/password/reset/", repeatable=False, json={"email": email})

    def reset_password(self, key: str, password: str) -> None:
        """This function will choose a new password. All log-ins of the account end.

        :param key: the last part of the link in the letter.
        """
        self._ask("POST", "/auth/password/reset/confirm/", repeatable=False, json={"key": key, "password": password})
