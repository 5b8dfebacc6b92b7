"""Links that are nobody's: good ones altered in every way that somebody may try, the same on every run."""

import json
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from urllib.parse import quote

from reprieve.links import LinkClaims, mint
from tests.examples import DELETION, KEY, NOW
from tests.fakes import FakeSigner

GOOD = 256
LONG = 10_240
ALPHABET = string.ascii_letters + string.digits + "-_"
CLAIMS = LinkClaims(
    key=KEY,
    deletion_date=DELETION,
    channel="email",
    notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
    expires_at=NOW + timedelta(hours=72),
    recipient="0123456789abcdef",
)
ALIKE = str.maketrans("aceopsvxyABEKMT.-_012", "асеорѕνхуАВЕКМТ․‐＿０１２")  # noqa: RUF001 - that is the point
UNSEEN = ("\u200b", "\u202e", "\u0301", "\ufeff", "\u00ad", "\U000e0041")
AROUND = ("=", "==", " ", "\t", "\n", "\r\n", "\0", ".", "/", "+", ",", ";", "?", "#", '"')
VERSIONS = (
    *(
        "v0a",
        "v1a",
        "v3a",
        "v9a",
        "v10a",
        "v01a",
        "v1.0a",
        "v1",
        "v",
        "1a",
        "a",
        "V1a",
        "v1A",
        "v-1a",
        "v+1a",
    ),
    *("v2aa", "v2a1", "v2a ", " v2a", "none", "HS256", "v2a.v2a", "v2%61", "vZa", "V2a", "v2A"),
)
PURPOSES = (
    b"",
    b"v2a\n",
    b"kms-reprieve link v2b\n",
    b"kms-reprieve link v1a\n",
    b"kms-reprieve link v3a\n",
    b"kms-reprieve form v1a\n",
)

Alter = Callable[[Random, str, Sequence[str]], str]


def links(signer: FakeSigner, number: int = GOOD) -> list[str]:
    """Good links, each of a notice of its own."""
    chance = Random(22)  # noqa: S311 - a sample, not a secret
    return [mint(replace(CLAIMS, notice=_notice(chance)), signer.key) for _ in range(number)]


def forgeries(kind: str, good: Sequence[str]) -> Iterator[str]:
    """As many altered links of a kind as there are to be, no two of them the same."""
    number, alter = KINDS[kind]
    chance = Random(kind)  # noqa: S311 - as above
    made = set(good)
    while len(made) < len(good) + number:
        token = alter(chance, chance.choice(good), good)
        if token not in made:
            made.add(token)
            yield token


def _bits_of_the_text(chance: Random, token: str, _good: Sequence[str]) -> str:
    return _flipped(chance, token.encode()).decode("latin-1")


def _bits_of_the_claims(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    return f"{version}.{_base64(_flipped(chance, _bytes(body)))}.{code}"


def _bits_of_the_code(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    return f"{version}.{body}.{_base64(_flipped(chance, _bytes(code)))}"


def _cut_short(chance: Random, token: str, _good: Sequence[str]) -> str:
    start, end = sorted(chance.sample(range(len(token) + 1), 2))
    return chance.choice((token[:end], token[start:], token[start:end], token[:start] + token[end:]))


def _something_put_in(chance: Random, token: str, _good: Sequence[str]) -> str:
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(0, len(token))
        more = "".join(chance.choices(ALPHABET + ".", k=chance.randint(1, 4)))
        token = token[:place] + more + token[place:]
    return token


def _claims_edited(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    fields = json.loads(_bytes(body))
    place = chance.randrange(len(fields))
    fields[place] = (
        str(KEY).replace("1234abcd", chance.randbytes(4).hex()),
        fields[1] + chance.randint(1, 1 << 30),
        f"{chance.choice(('slack', 'email', 'teams'))}-{chance.randbytes(3).hex()}",
        _notice(chance),
        fields[4] + chance.randint(1, 1 << 30),
        chance.randbytes(8).hex(),
    )[place]
    return f"{version}.{_base64(json.dumps(fields, separators=(',', ':')).encode())}.{code}"


def _claims_rewritten(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    fields = json.loads(_bytes(body))
    text = _bytes(body).decode()
    written = chance.choice(
        (
            json.dumps(fields).encode(),
            json.dumps([*fields, 1], separators=(",", ":")).encode(),
            json.dumps(fields[:-1], separators=(",", ":")).encode(),
            json.dumps(dict(enumerate(fields))).encode(),
            text.replace("email", "e\\u006dail").encode(),
            text.replace(f",{fields[4]},", f",{fields[4]}.0,").encode(),
            text.replace(f",{fields[4]},", f",{fields[4]}e0,").encode(),
            text.encode("utf-16"),
            f"{text} ".encode(),
            f"{text}\0".encode(),
        )
    )
    return f"{version}.{_base64(written)}.{code}"


def _another_stacks_key(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, _ = token.split(".")
    mac = FakeSigner(chance.randbytes(32)).generate_mac(b"kms-reprieve link v2a\n" + _bytes(body))
    return f"{version}.{body}.{_base64(mac)}"


def _another_use_of_the_key(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, _ = token.split(".")
    mac = FakeSigner().generate_mac(chance.choice(PURPOSES) + _bytes(body))
    return f"{version}.{body}.{_base64(mac)}"


def _parts_of_two(chance: Random, token: str, good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    _, other_body, other_code = chance.choice(good).split(".")
    parts = chance.choice(
        (
            (version, body, other_code),
            (version, other_body, code),
            (version, code, body),
            (body, version, code),
            (version, body, other_body, code),
            (version, body, code, other_code),
        )
    )
    return ".".join(parts)


def _another_letter(chance: Random, token: str, _good: Sequence[str]) -> str:
    return f"v2{chance.choice(string.ascii_letters + string.digits + 'ａаªáb')}{token[3:]}"  # noqa: RUF001 - as above


def _another_version(chance: Random, token: str, _good: Sequence[str]) -> str:
    return chance.choice(VERSIONS) + token[3:]


def _look_alikes(chance: Random, token: str, _good: Sequence[str]) -> str:
    place = chance.randrange(len(token))
    many = chance.choice((1, 1, 2, 8, len(token)))
    wide = "".join(chr(ord(each) + 0xFEE0) for each in token[place : place + many])
    written = chance.choice((token[place : place + many].translate(ALIKE), wide, chance.choice(UNSEEN)))
    return token[:place] + written + token[place + len(written) :]


def _percent_encoded(chance: Random, token: str, _good: Sequence[str]) -> str:
    place = chance.randrange(len(token))
    code = f"{ord(token[place]):02x}"
    written = chance.choice((f"%{code}", f"%{code.upper()}", f"%25{code}"))
    more = chance.choice(("", "", "%00", "%0d%0a", "%2e%2e%2f", quote("ａ"), "%c0%ae", "%"))  # noqa: RUF001 - as above
    return token[:place] + written + token[place + 1 :] + more


def _10_kb(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    filler = _base64(chance.randbytes(LONG))
    written = chance.choice(
        (
            filler,
            token + filler,
            filler + token,
            f"{version}.{filler}.{code}",
            f"{version}.{body}.{filler}",
            f"{token}.{filler}",
            f"{filler}.{body}.{code}",
            f"{version}.{_base64(b'[' * chance.randint(LONG, 2 * LONG))}.{code}",
        )
    )
    return written[:LONG].ljust(LONG, "A")


def _padded(chance: Random, token: str, _good: Sequence[str]) -> str:
    version, body, code = token.split(".")
    parts = [version, body, code]
    for place in chance.sample(range(3), chance.randint(1, 3)):
        pad = chance.choice(AROUND)
        parts[place] = chance.choice((parts[place] + pad, pad + parts[place]))
    return ".".join(parts)


KINDS: dict[str, tuple[int, Alter]] = {
    "bits of the text": (19_000, _bits_of_the_text),
    "bits of the claims": (15_000, _bits_of_the_claims),
    "bits of the code": (15_000, _bits_of_the_code),
    "cut short": (10_000, _cut_short),
    "something put in": (10_000, _something_put_in),
    "claims edited": (10_000, _claims_edited),
    "claims rewritten": (1_000, _claims_rewritten),
    "another stack's key": (8_000, _another_stacks_key),
    "another use of the key": (400, _another_use_of_the_key),
    "parts of two": (4_000, _parts_of_two),
    "another letter": (400, _another_letter),
    "another version": (400, _another_version),
    "look-alikes": (3_000, _look_alikes),
    "percent-encoded": (2_000, _percent_encoded),
    "10 kB": (1_000, _10_kb),
    "padded": (800, _padded),
}


def _flipped(chance: Random, data: bytes) -> bytes:
    """The same with one to three bits another way."""
    altered = bytearray(data)
    for place in chance.sample(range(len(data)), chance.randint(1, 3)):
        altered[place] ^= 1 << chance.randrange(8)
    return bytes(altered)


def _notice(chance: Random) -> str:
    digits = chance.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
