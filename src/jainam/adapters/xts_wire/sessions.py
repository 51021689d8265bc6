"""Answers to logins and to the host lookup (xts-api.md, 3; prop-servers.md, host lookup)."""

from urllib.parse import urlsplit

from attrs import frozen

from jainam.adapters.xts_wire.scalars import FieldError, WireError, flag_or_none, text_of
from jainam.domain.sessions import Secret, read_claims

_LONGEST_TOKEN = 8192
_AROUND_ADDRESS = " `\t\r\n"


@frozen
class LoginAnswer:
    """What a login gives. *is_investor* is ``None`` where the answer does not say (market side)."""

    token: Secret
    user_id: str
    client_codes: tuple[str, ...]
    is_investor: bool | None


@frozen
class HostAnswer:
    """Where to log in, and the key that proves that we asked. Neither must be logged."""

    base: str
    unique_key: Secret


def read_login(result: object) -> LoginAnswer:
    """
    Return the session that a login opened, of either side.

    Raises:
        WireError: The answer holds no usable token, or names no user.
    """
    if not isinstance(result, dict):
        raise WireError("the answer to the login holds no result")
    token = result.get("token")
    if not isinstance(token, str) or not _is_header_safe(token):
        raise WireError("the answer to the login holds no usable token")
    try:
        user_id = text_of(result.get("userID")) or read_claims(token).user_id
    except FieldError:
        user_id = read_claims(token).user_id
    if not user_id:
        raise WireError("the answer to the login names no user")
    return LoginAnswer(
        Secret(token), user_id, _client_codes(result.get("clientCodes")), flag_or_none(result.get("isInvestorClient"))
    )


def _is_header_safe(token: str) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token


def _client_codes(codes: object) -> tuple[str, ...]:
    if isinstance(codes, str):
        codes = [codes]
    if not isinstance(codes, list):
        return ()
    return tuple(code.strip() for code in codes if isinstance(code, str) and code.strip())


def read_host(result: object) -> HostAnswer:
    """
    Return the connection string, freed of the blanks and backquotes around it, and the unique key.

    Raises:
        WireError: One of them is missing, or the first is no address.
    """
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    if not isinstance(result, dict):
        raise WireError("the answer to the host lookup holds no result")
    key = result.get("uniqueKey", result.get("UniqueKey"))
    if not isinstance(key, str) or not key:
        raise WireError("the answer to the host lookup holds no uniqueKey")
    address = result.get("connectionString")
    base = address.strip(_AROUND_ADDRESS).rstrip("/") if isinstance(address, str) else ""
    if not _is_address(base):
        raise WireError("the answer to the host lookup holds no usable connectionString")
    return HostAnswer(base, Secret(key))


def _is_address(base: str) -> bool:
    try:
        parts = urlsplit(base)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = base.isascii() and base.isprintable() and " " not in base and not parts.query and not parts.fragment
    return plain and port_is_valid and parts.scheme in {"http", "https"} and bool(parts.hostname)
