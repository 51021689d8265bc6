"""Logins and logouts of both sides, and the host lookup before an interactive login (xts-api.md, 3)."""

from ipaddress import ip_address

import httpx

from jainam.adapters.xts_rest.addresses import Addresses, parse_address
from jainam.adapters.xts_rest.calls import Call
from jainam.adapters.xts_rest.door import Door
from jainam.adapters.xts_wire.envelope import Success
from jainam.adapters.xts_wire.requests import host_lookup_body, login_body
from jainam.adapters.xts_wire.scalars import WireError
from jainam.adapters.xts_wire.sessions import HostAnswer, LoginAnswer, read_host, read_login
from jainam.domain.accounts import AccountKind
from jainam.domain.errors import SessionRefused
from jainam.domain.limits import Endpoint
from jainam.domain.sessions import Session, Side, expiry_of
from jainam.ports.broker import BrokerOptions, BrokerTools

_INTERACTIVE_LOGIN = "/user/session"
_MARKET_LOGIN = "/auth/login"
_MARKET_LOGOUT = "/auth/logout"


class XtsSessions:
    """The `SessionGateway` of one account."""

    def __init__(self, options: BrokerOptions, tools: BrokerTools, door: Door, addresses: Addresses) -> None:
        self._options = options
        self._clock = tools.clock
        self._telemetry = tools.telemetry
        self._door = door
        self._addresses = addresses

    def log_in(self, side: Side) -> Session:
        """
        Open a session; ends any other one on the same app key at once.

        Raises:
            SessionRefused: The venue refused the keys, or the host lookup its password.
            BrokerUnavailable: Nothing was sent.
            AnswerLost: No definite answer; the login may have happened.
        """
        host: HostAnswer | None = None
        if side is Side.INTERACTIVE and self._addresses.lookup is not None:
            host = self._look_up(self._addresses.lookup)
        answer = self._door.ask(self._login_call(side, host), _login_of).value
        now = self._clock.now()
        is_investor = self._options.account.kind is AccountKind.INVESTOR
        if answer.is_investor is not None and answer.is_investor is not is_investor:
            self._telemetry.note(
                "session.kind-mismatch", account=str(self._options.account), is_investor=answer.is_investor
            )
        return Session(
            account=self._options.account,
            side=side,
            token=answer.token,
            user_id=answer.user_id,
            client_codes=answer.client_codes,
            is_investor=is_investor if answer.is_investor is None else answer.is_investor,
            connection_base=host.base if host is not None else None,
            expires_at=expiry_of(answer.token.reveal(), now),
            created_at=now,
            updated_at=now,
        )

    def log_out(self, session: Session) -> None:
        """Close a session. One that the venue no longer knows counts as closed."""
        interactive = session.side is Side.INTERACTIVE
        call = Call(
            endpoint=Endpoint.LOGOUT if interactive else Endpoint.MARKET_LOGOUT,
            method="DELETE",
            url=self._addresses.of(
                session.side, _INTERACTIVE_LOGIN if interactive else _MARKET_LOGOUT, session=session
            ),
            token=session.token,
        )
        try:
            self._door.ask(call, _nothing)
        except SessionRefused:
            self._telemetry.note("session.already-closed", account=str(session.account), side=session.side.value)

    def _login_call(self, side: Side, host: HostAnswer | None) -> Call:
        options = self._options
        if side is Side.MARKET:
            return Call(
                Endpoint.MARKET_LOGIN,
                "POST",
                self._addresses.of(side, _MARKET_LOGIN),
                login_body(options.market, options.source),
            )
        if host is None:
            url = self._addresses.of(side, _INTERACTIVE_LOGIN)
            return Call(Endpoint.LOGIN, "POST", url, login_body(options.interactive, options.source))
        url = self._addresses.under(host.base, _INTERACTIVE_LOGIN)
        body = login_body(options.interactive, options.source, host.unique_key)
        return Call(Endpoint.LOGIN, "POST", url, body, secret=host.unique_key)

    def _look_up(self, url: httpx.URL) -> HostAnswer:
        body = host_lookup_body(self._options.host_lookup_password, self._options.host_lookup_version)
        host = self._door.ask(Call(Endpoint.HOST_LOOKUP, "POST", url, body), _host_of).value
        base = httpx.URL(host.base)
        if base.scheme == "http" and not _is_loopback(base.host):
            self._telemetry.note("session.plain-http", account=str(self._options.account), host=base.host)
        return host


def _login_of(answer: Success) -> LoginAnswer:
    return read_login(answer.result)


def _host_of(answer: Success) -> HostAnswer:
    host = read_host(answer.result)
    if parse_address(host.base) is None:
        raise WireError("the answer to the host lookup holds no usable connectionString")
    return host


def _nothing(_: Success) -> None:
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
