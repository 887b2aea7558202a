"""Where the key of the PINs lies: a credential of systemd, or a file of this home that nobody else can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from app.errors import Problem, Refused
from app.settings import Home
from app.text import NOTHING, Text, say, verbatim
from app.work.rules import Pepper
from app.work.rules.pins import PEPPER_BYTES

CREDENTIAL = "packbay-pepper"


def pepper_of(home: Home) -> Pepper | None:
    """The pepper of this machine, None when there is none yet. Refused when others can read it, or it is no pepper.

    `$CREDENTIALS_DIRECTORY/packbay-pepper` (systemd's LoadCredential or SetCredentialEncrypted) wins over
    `home/pepper`.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / CREDENTIAL).exists():
        return _read(Path(folder) / CREDENTIAL, others=0o007)  # systemd itself guards the folder
    return _read(home.pepper_file, others=0o077) if os.path.lexists(home.pepper_file) else None


def make_pepper(home: Home) -> Pepper:
    """The pepper, made now when there is none. Two that make it at once get the same."""
    found = pepper_of(home)
    if found is not None:
        return found
    home.make()
    try:
        file = os.open(home.pepper_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return make_pepper(home)
    with os.fdopen(file, "wb") as out:
        out.write(os.urandom(PEPPER_BYTES))
        out.flush()
        os.fsync(out.fileno())
    return make_pepper(home)


def _read(path: Path, others: int) -> Pepper:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise _bad(path, say("It can't be read: {why}", why=error.strerror or "?"), NOTHING) from error
    with os.fdopen(file, "rb") as source:
        told = os.fstat(source.fileno())
        if not stat.S_ISREG(told.st_mode) or told.st_uid not in (os.geteuid(), 0):
            raise _bad(path, say("It belongs to somebody else."), say("Put your own back from the backup"))
        if told.st_mode & others:
            raise _bad(path, say("Others on this machine can read it."), say("Run chmod 600 and set all PINs anew"))
        key = source.read(PEPPER_BYTES + 1)
    if len(key) != PEPPER_BYTES:
        raise _bad(path, say("It is no key of {n} bytes.", n=PEPPER_BYTES), say("Put it back from the backup"))
    return Pepper(key)


def _bad(path: Path, why: Text, do: Text) -> Refused:
    return Refused(
        Problem(
            name="BadPepper",
            what=say("The key of the PINs can't be used: {path}", path=verbatim(str(path))),
            why=why,
            do=(do,) if do else (),
            unchanged=say("Nothing was changed."),
        )
    )
