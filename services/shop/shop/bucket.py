"""A bucket that speaks S3. Imported only where MEDIA_STORAGE=s3: its libraries are large."""

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from shop.media import ANSWER_WITHIN_S, CONNECT_WITHIN_S, PicturesAway

AWAY = (Boto3Error, BotoCoreError, ClientError)


class Bucket(S3Storage):
    """Names hold a checksum of what is in the file: the same name again is the same picture."""

    def __init__(self, **options):
        patience = Config(
            connect_timeout=CONNECT_WITHIN_S,
            read_timeout=ANSWER_WITHIN_S,
            retries={"max_attempts": 2},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
        )
        super().__init__(client_config=patience, **options)

    def exists(self, name: str) -> bool:
        """:raises PicturesAway:"""
        try:
            return super().exists(name)
        except AWAY as error:
            raise PicturesAway(f"The bucket of pictures cannot be used: {error}") from error

    def _save(self, name: str, content) -> str:
        try:
            return super()._save(name, content)
        except AWAY as error:
            raise PicturesAway(f"The bucket of pictures cannot be used: {error}") from error
