"""Strings that name one person, machine or secret by their form: addresses, numbers, keys."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher

Kind = Literal["LITERAL", "SECRET", "URL", "EMAIL", "IBAN", "CARD", "IP", "ID", "PHONE", "ACCOUNT", "PERSON"]


class Found(NamedTuple):
    """A span of a text, and what it is."""

    start: int
    end: int
    kind: Kind


PLACEHOLDER = re.compile(
    r"<(?:LITERAL|SECRET|URL|EMAIL|IBAN|CARD|IP|ID|PHONE|ACCOUNT|PERSON)_\d+>", re.IGNORECASE
)

_KEY = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}       # OpenAI, Anthropic, Stripe
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                              # AWS
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,}
    | \bglpat-[\w-]{16,} | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{20,} | \bpypi-[\w-]{20,}
    | \bxox[abeoprs]-[\w-]{10,} | \bAIza[\w-]{30,} | \bya29\.[\w-]{20,} | \bSG\.[\w-]{16,}\.[\w-]{16,}
    | \beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?                     # JSON web token
    | (?<=[Bb]earer\ )[\w.~+/-]{12,}=*
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED_SECRET = re.compile(
    r"""(?ix) \b (?: password | passwd | passphrase | passcode | pwd | passwort | mot\ de\ passe
      | contraseña
      | secret(?:[_\ -]?(?:access[_\ -]?)?key)? | api[_\ -]?key | access[_\ -]?(?:key|token)
      | auth[_\ -]?token | client[_\ -]?secret | private[_\ -]?key | otp | one-time\ code )
      ["']? \s* (?: [:=]+ \s* | \s is \s+ (?:now\s+|still\s+)? ) ["'`]?
      (?P<value> [^\s"'`,;<>]*[^\s"'`,;<>.!?)] )"""
)
_LOOKS_SECRET = re.compile(r"[\d!@#$%^&*_~]|[a-z][A-Z]")
_RANDOM = re.compile(r"(?<![\w/+=-])(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[A-Za-z0-9_-]{32,}(?![\w/+=-])")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>\"'`)\]]+", re.IGNORECASE)
_PRIVATE_URL = re.compile(
    r"""(?ix) ://[^/\s?#@]+@                                               # user:password@host
      | [?&\#](?:\w*token|\w*key|sig(?:nature)?|password|pwd|secret|auth|code|session\w*|email|user\w*)=
      | //(?:[\w-]+\.)*(?:linkedin\.com/in|github\.com|gitlab\.com|twitter\.com|x\.com|facebook\.com
          |instagram\.com|t\.me|medium\.com/@|stackoverflow\.com/users|calendly\.com|xing\.com/profile)/?[\w@.%-]+/?$"""
)
_BARE_PROFILE = re.compile(r"(?i)\b(?:www\.)?linkedin\.com/in/[\w%-]+/?")
_EMAIL = re.compile(
    r"""(?ix) (?<![\w.+-]) [\w.+%'-]*\w \s? (?: @ | \s?[\[({]\s*(?:at|@)\s*[\])}]\s? ) \s?
      (?: [\w-]+ (?: \. | \s?[\[({]\s*(?:dot|\.)\s*[\])}]\s? ) )+ [^\W\d_]{2,} \b
      | (?<![\w.+-]) [\w.+-]*\w \s at \s [\w-]+ (?:\s dot \s [a-z]{2,})+ \b"""
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})(?:/\d{1,3})?(?![\w:]|\.\d)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?i)(?:\bv|version|release|==|>=|~=)\s*$")
_ID = re.compile(
    r"""(?x) (?<![\w-]) (?:
      (?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}                 # US social security
      | [A-CEGHJ-PR-TW-Z]{2}\ ?\d{2}\ ?\d{2}\ ?\d{2}\ ?[A-D]       # UK national insurance
      | \d{3}\.\d{3}\.\d{3}-\d{2}                                  # Brazil, CPF
      | [A-Z]{5}\d{4}[A-Z]                                         # India, PAN
      | [12]\ ?\d{2}\ ?(?:0[1-9]|1[0-2])\ ?\d[\dAB]\ ?\d{3}\ ?\d{3}\ ?\d{2}   # France, NIR
      | [A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]              # Italy, codice fiscale
      | (?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}                    # a machine's own address
    ) (?![\w-])"""
)
_DNI = re.compile(r"(?<![\w-])([XYZ]?\d{7,8})-?([A-HJ-NP-TV-Z])(?![\w-])")
_NAMED_ID = re.compile(
    r"""(?ix) \b (?: passport | pass\ no | ssn | social\ security | national\ (?:id|insurance) | nino
      | nif | nie | dni | tax(?:payer)?\ id | tin | steuer-?id | aadhaar | licen[cs]e\ plate
      | driv(?:er'?s?|ing)\ licen[cs]e
      | (?: employee | staff | badge | candidate | applicant | student | member | patient | account | customer
          | case | policy ) \ (?:id|no|number|nr)
      | medical\ record | mrn | personalausweis | pesel | cpf | bsn )
      (?:\s*(?:number|no|nr|id)\b\.?)? \s* (?: [:=\#]+ | \s is | \s was | \s )\s*
      (?P<value> [A-Z]{0,4}-?\d[A-Z0-9]* (?:[ .-]?\d[A-Z0-9]*)* ) (?!\w)"""
)
_NETWORK = """(?: linkedin | github | gitlab | twitter | telegram | instagram | facebook | skype | discord
      | wechat | whatsapp | slack | mastodon )"""
_NOUN = "(?:handle|id|user(?:name)?|account|profile|tag)"
_ACCOUNT = re.compile(
    rf"""(?ix) \b (?: {_NETWORK} (?:\s+{_NOUN})? \s* (?: [:=] | (?=\s@) ) | {_NETWORK} \s+ {_NOUN} \s is \s
      | my \s {_NETWORK} \s is \s (?=[\w-]*[\d_.@-]) )
      \s* (?P<value> @? [\w.-]*\w (?:\#\d{{4}})? )"""
)
_PHONE = re.compile(r"(?<![\w.+-])\(?\d(?:[ ()./-]{0,2}\d){6,13}(?![\w-]|[.,]\d)")
_PHONE_CUE = re.compile(
    r"""(?ix) (?: \bphone | \btel\b | telephone | \bmobile | \bcell | \bcall\b | \btext\ me | \breach
      | whatsapp | \bsms\b | \bfax | \bcontact | \bnumber | handy | telefon | móvil | portable | celular
      | \bring\b | \bdial ) [^.\n]{0,40} $"""
)
# National numbers are written in each country's own way; these cover most of how they are written at all.
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "BR", "NG", "JP", "CN", "AU", "PL")
_ID_CHARS, _ID_DIGITS = 5, 3


def find_identifiers(text: str) -> list[Found]:
    """Return the spans that are identifiers, in order, none overlapping another.

    Where two rules claim the same characters, the one that stands first below wins.
    """
    taken: list[Found] = []
    for find, kind in _FINDERS:
        for start, end in find(text):
            if all(end <= other.start or start >= other.end for other in taken):
                taken.append(Found(start, end, kind))
    return sorted(taken)


Finder = Callable[[str], Iterator[tuple[int, int]]]


def _matches(pattern: re.Pattern[str], group: str | int = 0) -> Finder:
    def find(text: str) -> Iterator[tuple[int, int]]:
        return (match.span(group) for match in pattern.finditer(text))

    return find


def _named_secrets(text: str) -> Iterator[tuple[int, int]]:
    """A value after such a name counts if it looks chosen by a machine or a careful person."""
    for match in _NAMED_SECRET.finditer(text):
        if _LOOKS_SECRET.search(match["value"]) or match[0].rstrip(match["value"])[-1:] in "=:\"'`":
            yield match.span("value")


def _private_urls(text: str) -> Iterator[tuple[int, int]]:
    for match in _URL.finditer(text):
        address = match[0].rstrip(".,;:!?")
        if _PRIVATE_URL.search(address):
            yield match.start(), match.start() + len(address)


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        number = match[0].replace(" ", "")
        digits = "".join(str(int(char, 36)) for char in number[4:] + number[:4])
        if int(digits) % 97 == 1:  # ISO 13616
            yield match.span()


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        if luhn([int(char) for char in match[0] if char.isdigit()]):
            yield match.span()


def luhn(digits: list[int]) -> bool:
    """Return whether the last digit is the right check digit. Source: ISO/IEC 7812-1, annex B.

    >>> luhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3])
    True
    """
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """IP addresses but for those that every machine has."""
    for match in _IP.finditer(text):
        try:
            address = ipaddress.ip_interface(match[0]).ip
        except ValueError:
            continue
        everyones = address.is_loopback or address.is_unspecified or match[0].strip(":") == ""
        if not everyones and not _VERSION.search(text, 0, match.start()):
            yield match.span()


def _spanish_ids(text: str) -> Iterator[tuple[int, int]]:
    for match in _DNI.finditer(text):
        number = match[1].translate(str.maketrans("XYZ", "012"))
        if "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == match[2]:
            yield match.span()


def _named_ids(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAMED_ID.finditer(text):
        value = match["value"]
        long_enough = sum(map(str.isalnum, value)) >= _ID_CHARS
        if long_enough and sum(map(str.isdigit, value)) >= _ID_DIGITS:
            yield match.span("value")


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of some country's plan: in international form, as they are written there, or after a cue."""
    for found in PhoneNumberMatcher(text, None, leniency=Leniency.POSSIBLE):
        yield found.start, found.end
    for match in _PHONE.finditer(text):
        cued = _PHONE_CUE.search(text, 0, match.start()) is not None
        if any(_is_phone(match[0], region, cued=cued) for region in _REGIONS):
            yield match.span()


def _is_phone(written: str, region: str, *, cued: bool) -> bool:
    """Return whether figures are a number of this region, and are punctuated as one unless a cue says so."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_valid_number(number):
        return False
    usual = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    groups = re.findall(r"\d+", written)
    as_written_there = len(groups) > 1 and groups == re.findall(r"\d+", usual)
    return cued or (as_written_there and (region == "US" or written.startswith(("0", "("))))


_FINDERS: tuple[tuple[Finder, Kind], ...] = (
    (_matches(PLACEHOLDER), "LITERAL"),
    (_matches(_KEY), "SECRET"),
    (_private_urls, "URL"),
    (_matches(_BARE_PROFILE), "URL"),
    (_named_secrets, "SECRET"),
    (_matches(_EMAIL), "EMAIL"),
    (_matches(_RANDOM), "SECRET"),
    (_ibans, "IBAN"),
    (_cards, "CARD"),
    (_addresses, "IP"),
    (_matches(_ID), "ID"),
    (_spanish_ids, "ID"),
    (_named_ids, "ID"),
    (_phones, "PHONE"),
    (_matches(_ACCOUNT, "value"), "ACCOUNT"),
)
