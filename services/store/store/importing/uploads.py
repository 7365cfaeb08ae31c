"""Large files on their way in: once into the private folder, never into memory or the container's small /tmp."""

import tempfile

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from store.importing import files


class Arrived(UploadedFile):
    """A file that came in whole. It is gone with this request, unless it gets another name until then.

    :ivar arrived_at: its path in the private folder.
    """

    def __init__(self, file, *args):
        super().__init__(file, *args)
        self.arrived_at = file.name


class IntoThePrivateFolder(FileUploadHandler):
    """:ivar too_large: a file was left out for its size."""

    chunk_size = 1024 * 1024
    too_large = False

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self._file = tempfile.NamedTemporaryFile(dir=files.folder())

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > settings.LARGEST_IMPORT_BYTES:
            self.too_large = True
            self._file.close()
            raise SkipFile
        self._file.write(raw_data)

    def file_complete(self, file_size):
        self._file.flush()
        self._file.seek(0)
        return Arrived(self._file, self.file_name, self.content_type, file_size)

    def upload_interrupted(self):
        if hasattr(self, "_file"):
            self._file.close()
