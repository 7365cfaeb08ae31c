"""What an authenticator app and its owner know, and how we keep it: nothing of it in the clear."""

import secrets
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

import qrcode
from django.utils.crypto import salted_hmac
from qrcode.image.svg import SvgPathImage

from store import sealing

ISSUER = "Bookshop warehouse"
SECRET_BYTES = 20  # RFC 4226 recommends 160 bits
RECOVERY_CODES, LETTERS_OF_A_CODE = 10, 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike on paper
PURPOSE = b"authenticator secrets of the store"


def new_secret() -> str:
    """As people type it into an app: base 32."""
    return b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def bytes_of(secret: str) -> bytes:
    return b32decode(secret)


def seal(text: str) -> str:
    return sealing.seal(text, purpose=PURPOSE)


def unseal(sealed: str) -> str:
    return sealing.unseal(sealed, purpose=PURPOSE)


def address_of(secret: str, email: str) -> str:
    """By which an app takes the secret: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    told = urlencode({"secret": secret, "issuer": ISSUER}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{ISSUER}:{email}')}?{told}"


def picture_of(address: str) -> str:
    """This function will draw it as SVG, to be photographed."""
    return qrcode.make(address, image_factory=SvgPathImage, box_size=20, border=4).to_string(encoding="unicode")


def new_recovery_codes() -> list[str]:
    return [_new_recovery_code() for _ in range(RECOVERY_CODES)]


def _new_recovery_code() -> str:
    code = "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_A_CODE))
    return f"{code[:5]}-{code[5:]}"


def digest_of(recovery_code: str) -> str:
    """What is kept of a recovery code, however it is typed. Without SECRET_KEY nobody can try codes against it."""
    plain = "".join(letter for letter in recovery_code.lower() if letter.isalnum())
    return salted_hmac("store.second_step.recovery", plain, algorithm="sha256").hexdigest()
