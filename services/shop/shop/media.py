"""Where pictures are kept: in a folder, or in a bucket of a server that speaks S3 (MEDIA_STORAGE=s3)."""

import os
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

CONNECT_WITHIN_S, ANSWER_WITHIN_S = 3, 10
SIGNED_FOR_S = 3600
NEEDED = {
    "endpoint_url": "S3_ENDPOINT",
    "bucket_name": "S3_BUCKET",
    "access_key": "S3_ACCESS_KEY",
    "secret_key": "S3_SECRET_KEY",
}
NEEDS_NO_QUOTING = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.[a-z]+")


class PicturesAway(Exception):
    """The place where pictures are kept does not answer, or refuses us."""


class Folder(FileSystemStorage):
    """Puts files in place whole: a reader sees all of one or nothing. The same name again is the same file anew."""

    def url(self, name: str) -> str:
        # The library takes each address apart and puts it together again, which a page of a hundred pictures feels.
        return self.base_url + name if NEEDS_NO_QUOTING.fullmatch(name) else super().url(name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
            os.chmod(unfinished, 0o644)  # the web server that shows it is somebody else
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name


def storage_of(env) -> tuple[dict, list[str]]:
    """This function will read from the environment where pictures are kept.

    :returns: Django's storage, and other origins than our own that pages may show pictures from.
    """
    kind = env("MEDIA_STORAGE", default="folder")
    if kind == "folder":
        return {"BACKEND": "shop.media.Folder"}, []
    if kind != "s3":
        raise ImproperlyConfigured(f"MEDIA_STORAGE is folder or s3, not {kind!r}.")
    options = {option: env(name, default="").strip().rstrip("/") for option, name in NEEDED.items()}
    if missing := [NEEDED[option] for option, value in options.items() if not value]:
        raise ImproperlyConfigured(f"MEDIA_STORAGE=s3 also needs {', '.join(missing)}.")
    options["region_name"] = env("S3_REGION", default="us-east-1")
    options["object_parameters"] = {"CacheControl": "public, max-age=86400"}
    public = env("S3_PUBLIC_URL", default="").rstrip("/")
    if public:  # everybody may read there; otherwise each address is signed, and good for an hour
        options |= {"custom_domain": public.partition("://")[2], "url_protocol": public.partition("//")[0]}
    options |= {"querystring_auth": not public, "querystring_expire": SIGNED_FOR_S}
    shown = urlsplit(public or options["endpoint_url"])
    return {"BACKEND": "shop.bucket.Bucket", "OPTIONS": options}, [f"{shown.scheme}://{shown.netloc}"]
