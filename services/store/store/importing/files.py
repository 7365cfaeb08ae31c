"""Files that were sent in, as long as their imports need them."""

from store.works.folder import Folder

_imports = Folder("imports")
folder, keep, open_kept = _imports.path, _imports.keep, _imports.open
remove, remove_left_overs = _imports.remove, _imports.remove_left_overs
