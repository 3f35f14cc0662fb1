"""What goes wrong with a database, each as a sentence for the person who runs the server.

    StorageError
    ├── TooNew     the database was written by a newer Palabre
    ├── Locked     another program holds it
    ├── Full       the disk is full, or the database cannot be written
    ├── Broken     it is not a database, or it is damaged
    ├── Away       the database server is not there, or the line to it broke
    └── Again      two transactions stood in each other's way and one was taken back: it may be run again

The one rule: a sentence holds neither a password nor anything that somebody wrote. Databases quote the row that they
refuse; that part of their messages is left out.
"""

from __future__ import annotations


class StorageError(Exception):
    """The database cannot be used; the message is a sentence for the person who runs the server."""


class TooNew(StorageError):
    pass


class Locked(StorageError):
    pass


class Full(StorageError):
    pass


class Broken(StorageError):
    pass


class Away(StorageError):
    pass


class Again(StorageError):
    pass
