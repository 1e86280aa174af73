"""Root works in other people's directories and leaves nothing that they could not use. Standard library."""

import os
from pathlib import Path


def follow_directory(path: Path) -> None:
    """Gives a file that root has just made to the owner of its directory."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
