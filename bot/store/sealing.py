"""Seals what people wrote: a key for each case, wrapped by a master key that can be rotated."""

from __future__ import annotations

import hmac
import os
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.databases import StoreError, Unopenable, why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_NONCE = 12
_NONE = (
    "the master key is none: a key is 44 letters. Put back the one that this store was made with; only where nothing is"
    " stored yet, leave it away, and one is made"
)
_UNFIT = (
    "the master key doesn't fit this database. Put the one that it was made with into the file master.key of the data"
    " folder, or into ASKFIRST_MASTER_KEY where it stood there"
)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are misread."""


class Master:
    """The master keys, newest first: the newest wraps, every one of them unwraps."""

    def __init__(self, keys: Iterable[str], anew: Callable[[], list[str]] | None = None) -> None:
        """Take the keys, and what gives them anew: somebody may have changed them beside this process."""
        self._anew = anew
        self._take(list(keys))

    def _take(self, keys: list[str]) -> None:
        try:
            self._given, self._keys = keys, MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise StoreError(_NONE) from None

    def wrap(self, key: bytes) -> bytes:
        """Wrap a key or a short-lived value."""
        return self._keys.encrypt(key)

    def rewrap(self, wrapped: bytes) -> bytes:
        """Wrap anew, with the newest key, what any of the keys has wrapped; raises StoreError where none fits."""
        return self.wrap(self.unwrap(wrapped))

    def unwrap(self, wrapped: bytes) -> bytes:
        """Give back what was wrapped; raises Unopenable where none of the keys fits."""
        try:
            return self._keys.decrypt(wrapped)
        except InvalidToken:
            if self._anew is None or (keys := self._anew()) == self._given:
                raise Unopenable(_UNFIT) from None
        self._take(keys)
        return self.unwrap(wrapped)


def add_master_key(file: Path) -> None:
    """Put a fresh key before those in a key file; raises StoreError where that can't be done."""
    _replace(file, [new_master_key(), *_keys_in(file)])


def keep_newest_keys(file: Path) -> None:
    """Keep the newest key of a key file and the one before it, once nothing is wrapped with an older one any more.

    A process that is still at work wraps with the one before until it ends.
    """
    _replace(file, _keys_in(file)[:2])


def _keys_in(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except OSError as error:
        raise StoreError(f"{file} can't be read ({why(error)})") from None
    except UnicodeDecodeError:
        raise StoreError(_NONE) from None


def _replace(file: Path, keys: list[str]) -> None:
    """Write keys beside a file and move them into its place whole, so that no crash leaves half of it."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write("".join(f"{key}\n" for key in keys).encode())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise StoreError(f"{file} can't be written ({why(error)})") from None


def key_is_missing(given: str, file: Path) -> bool:
    """Tell whether there is neither a master key given nor a file with one; raises StoreError."""
    try:
        return not given and not file.exists()
    except OSError as error:
        raise StoreError(f"{file} can't be read ({why(error)})") from None


def new_master_key() -> str:
    """Make a fresh master key."""
    return Fernet.generate_key().decode()


def master_from(given: str, file: Path) -> Master:
    """Make the master of the keys given (separated by commas, newest first), else of those in a file.

    A file that is not there is made, readable by its owner alone, with a fresh key in it.
    """
    if given:
        return Master(part.strip() for part in given.split(","))
    try:
        if not file.exists():
            _make_key_file(file)
    except OSError as error:
        raise StoreError(f"{file} can't be read ({why(error)})") from None
    return Master(_keys_in(file), lambda: _keys_in(file))


def _make_key_file(file: Path) -> None:
    """Write a fresh key beside its place and link it in whole; another process may have been quicker."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(f"{new_master_key()}\n".encode())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except OSError as error:
        raise StoreError(f"{file} can't be written ({why(error)})") from None


def new_key() -> bytes:
    """Make a fresh key for a case."""
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, content: bytes, place: str) -> bytes:
    """Seal content so that it opens only in the place for which it was sealed."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Open sealed content; raises Unopenable where it was changed, moved or belongs to another key."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except InvalidTag:
        raise Unopenable("something stored was changed from outside and can't be opened") from None


class Lookup:
    """Keyed hashes, so that the database can be searched without saying who or what."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, kind: str, *parts: str) -> str:
        """Give the hash of some parts, different for each kind of thing."""
        return self._digest(kind, *parts).hex()

    def code(self, draft: str) -> str:
        """Give the receipt code that belongs to a draft: 80 bits, in groups that can be read out.

        It is worked out anew from the draft's id, so that a lost reply can be given again although the
        code is stored nowhere.
        """
        number = int.from_bytes(self._digest("receipt code", draft)[:10], "big")
        letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 80, 5))
        return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))

    def _digest(self, kind: str, *parts: str) -> bytes:
        message = b""
        for part in (kind, *parts):
            written = part.encode()
            message += len(written).to_bytes(4, "big") + written
        return hmac.digest(self._secret, message, "sha256")


def new_reference() -> str:
    """Make a random reference for a case, such as R-7KQ3-M2XD: it tells nothing and can be read out."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"R-{letters[:4]}-{letters[4:]}"


def tidy_code(text: str) -> str:
    """Write a receipt code as it was given out: capitals, groups of four, misread letters put right."""
    letters = "".join(c for c in text.upper() if c.isalnum()).translate(str.maketrans("ILO", "110"))
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
