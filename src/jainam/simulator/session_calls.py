"""Logins, logouts and the host lookup (xts-api.md, 3)."""

import base64
import hashlib
from collections.abc import Mapping

from jainam.simulator.accounts import ACCESS_PASSWORD, Kind
from jainam.simulator.answers import Answer, error, success
from jainam.simulator.instrument_terms import SEGMENT_IDS
from jainam.simulator.rows import ist
from jainam.simulator.tokens import Session, Sessions, Side
from jainam.simulator.validation import Parameters, Refused

INTERACTIVE_BASE = "/interactive"
# where the host lookup sends its callers: a base of its own, without the /interactive prefix
LOOKUP_BASE = "/interactive-2"
_APP_EXPIRY = "30-12-2028"

_EXCHANGE_INFO = {
    segment: {
        "productType": {name: name for name in products},
        "orderType": {"Limit": "LIMIT", "Market": "MARKET", "StopLimit": "STOPLIMIT", "StopMarket": "STOPMARKET"},
        "timeInForce": {"IOC": "IOC", "DAY": "DAY"},
    }
    for segment, products in {
        segment: ("CNC", "MIS", "NRML", "MTF") if segment.endswith("CM") else ("MIS", "NRML") for segment in SEGMENT_IDS
    }.items()
}

ENUMS: Mapping[str, object] = {
    "socketEvent": [
        "joined",
        "error",
        "warning",
        "success",
        "order",
        "trade",
        "logout",
        "position",
        "tradeConversion",
        "marketStatusUpdate",
        "exchangeAdapterState",
        "gttOrder",
        "gttOrderRejection",
    ],
    "orderSide": ["BUY", "SELL"],
    "orderSource": ["TWSAPI", "WebAPI", "MobileAndroidAPI", "MobileWindowsAPI", "MOBILE_IOS_API"],
    "positionSqureOffMode": ["DayWise", "NetWise"],
    "positionSquareOffQuantityType": ["Percentage", "ExactQty"],
    "dayOrNet": ["DAY", "NET"],
    "instrumentType": [
        "Futures",
        "Options",
        "Spread",
        "Equity",
        "Spot",
        "PreferenceShares",
        "Debentures",
        "Warrants",
        "Miscellaneous",
        "MutualFund",
    ],
    "exchangeSegment": list(SEGMENT_IDS),
    "exchangeInfo": _EXCHANGE_INFO,
}


class SessionCalls:
    """The doors of the venue: they need no token, or end one."""

    def __init__(self, sessions: Sessions, seed: int) -> None:
        self._sessions = sessions
        self._seed = seed
        self._unique_keys: set[str] = set()
        self._lookups = 0

    def look_up(self, body: Mapping[str, object], root: str, now: float) -> Answer:
        """Answer a host lookup: a unique key for one login, and the base under *root* to log in at."""
        password = body.get("accesspassword", body.get("AccessPassword"))
        if password != ACCESS_PASSWORD:
            return error(400, "hostlookup", "Invalid access password")
        self._lookups += 1
        digest = hashlib.sha256(f"{self._seed}/lookup/{self._lookups}".encode()).digest()
        unique_key = base64.b64encode(digest[:20]).decode()
        self._unique_keys.add(unique_key)
        day, clock = ist(now).split()
        result = {
            "uniqueKey": unique_key,
            "UniqueKey": unique_key,
            "connectionString": f"{root}{LOOKUP_BASE}",
            "timeStamp": f"{'-'.join(reversed(day.split('-')))} {clock}",
            "remarks": "",
        }
        # the boolean type is the wire's (xts-api.md, 2.1)
        return Answer(
            200, {"type": True, "code": "hostlookup", "description": "Hostlookup successful", "result": result}
        )

    def log_in(self, side: Side, body: Mapping[str, object], base: str, now: float) -> Answer:
        """Answer a login; under the host lookup's base it needs a unique key that no login has used."""
        given = Parameters(body, "body")
        app_key, secret_key = given.required_text("appKey"), given.required_text("secretKey")
        unique_key = given.text("uniqueKey")
        given.check()
        refused = "e-user-0001" if side is Side.INTERACTIVE else "e-response-0005"
        if base == LOOKUP_BASE:
            if unique_key not in self._unique_keys:
                return error(400, refused, "Invalid uniqueKey")
            self._unique_keys.discard(unique_key)
        session = self._sessions.log_in(side, app_key, secret_key, base, now)
        if session is None:
            return error(400, refused, "Invalid appKey or secretKey")
        return _interactive_welcome(session) if side is Side.INTERACTIVE else _market_welcome(session)

    def log_out(self, session: Session, now: float) -> Answer:
        """End the caller's session."""
        self._sessions.end(session.app_key, "logout", now)
        if session.side is Side.INTERACTIVE:
            return success("s-user-0001", "successfully logout from all API.", "")
        return success("s-login-0005", "successfully logged out", {})

    def session(self, token: str | None, side: Side, now: float) -> Session:
        """
        The live session of a token.

        Raises:
            Refused: No token, or one that is wrong, ended or expired.

        """
        if not token:
            raise Refused(error(400, "e-token-0002", "Please Provide token to Authenticate"))
        session = self._sessions.find(token, side, now)
        if session is None:
            raise Refused(invalid_token(market=side is Side.MARKET))
        return session


def invalid_token(*, market: bool, status: int = 400) -> Answer:
    """The refusal of a wrong, ended or expired token."""
    return error(status, "e-session-0007" if market else "e-session-0005", "Invalid Token")


def _interactive_welcome(session: Session) -> Answer:
    account = session.account
    result: dict[str, object] = {
        "enums": ENUMS,
        "clientCodes": list(account.clients),
        "exchangeSegmentArray": [{"key": name, "value": number} for name, number in SEGMENT_IDS.items()],
        "token": session.token,
        "userID": account.user_id,
        "isInvestorClient": account.kind is Kind.INVESTOR,
        "isOneTouchUser": False,
    }
    return success("s-user-0001", "Valid User.", result)


def _market_welcome(session: Session) -> Answer:
    result = {
        "token": session.token,
        "userID": session.account.user_id,
        "appVersion": "5.0.15",
        "application_expiry_date": _APP_EXPIRY,
    }
    return success("s-response-0010", "Provided Valid Credentials", result)
