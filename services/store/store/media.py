"""Where the warehouse keeps its pictures: in a folder, or in a bucket of a server that speaks S3 (MEDIA_STORAGE=s3).

The shop reads them through the API in either case; only staff are shown addresses of the bucket, signed for an hour.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

CONNECT_WITHIN_S, ANSWER_WITHIN_S = 3, 10
SIGNED_FOR_S = 3600
NEEDED = {"endpoint_url": "S3_ENDPOINT", "bucket_name": "S3_BUCKET"}
KEYS = {"access_key": "S3_ACCESS_KEY", "secret_key": "S3_SECRET_KEY"}


def storage_of(env) -> tuple[dict, list[str]]:
    """This function will read from the environment where pictures are kept.

    :returns: Django's storage, and other origins than our own that pages may show pictures from.
    """
    kind = env.str("MEDIA_STORAGE", default="folder")
    if kind == "folder":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}, []
    if kind != "s3":
        raise ImproperlyConfigured(f"MEDIA_STORAGE is folder or s3, not {kind!r}.")
    given = {option: env.str(name, default="").strip().rstrip("/") for option, name in (NEEDED | KEYS).items()}
    if missing := [(NEEDED | KEYS)[option] for option, value in given.items() if not value]:
        raise ImproperlyConfigured(f"MEDIA_STORAGE=s3 also needs {', '.join(missing)}.")
    from botocore.config import Config  # large, and wanted here only

    given["region_name"] = env.str("S3_REGION", default="us-east-1")
    given["querystring_expire"] = SIGNED_FOR_S
    given["file_overwrite"] = True  # a name holds the checksum of what is in the file
    given["client_config"] = Config(
        connect_timeout=CONNECT_WITHIN_S,
        read_timeout=ANSWER_WITHIN_S,
        retries={"max_attempts": 2},
        s3={"addressing_style": "path"},
        signature_version="s3v4",
    )
    shown = urlsplit(given["endpoint_url"])
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": given}, [f"{shown.scheme}://{shown.netloc}"]
