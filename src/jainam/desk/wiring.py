"""The use cases of one account, wired to its broker and to the desk's parts."""

from attrs import frozen

from jainam.application.agree_net import AgreeNet
from jainam.application.bounds import Bounds
from jainam.application.cancel_all import CancelAll
from jainam.application.cancel_order import CancelOrder
from jainam.application.close_all import CloseAll
from jainam.application.load_instruments import LoadInstruments
from jainam.application.log_in import LogIn
from jainam.application.log_out import LogOut
from jainam.application.modify_order import ModifyOrder
from jainam.application.once_per_key import OncePerKey
from jainam.application.place_order import PlaceOrder
from jainam.application.place_smart_order import PlaceSmartOrder
from jainam.application.read_books import ReadBooks
from jainam.application.refresh_tokens import RefreshTokens
from jainam.application.submit_order import SubmitOrder
from jainam.application.use_session import UseSession
from jainam.domain.accounts import AccountId
from jainam.domain.instruments import Exchange
from jainam.ports.broker import Broker
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.identity import DeskIdentity, ProcessTable
from jainam.ports.instrument_store import InstrumentStore
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.position_locks import PositionLocks
from jainam.ports.rate_limits import RateLimits
from jainam.ports.telemetry import Telemetry
from jainam.ports.token_repository import TokenRepository


@frozen
class Parts:
    """What a desk stands on, shared by its accounts."""

    clock: Clock
    entropy: Entropy
    telemetry: Telemetry
    processes: ProcessTable
    identity: DeskIdentity
    locks: PositionLocks
    rate_limits: RateLimits
    journal: IntentJournal
    tokens: TokenRepository
    instruments: InstrumentStore


@frozen
class UseCases:
    """Everything that one account can do."""

    broker: Broker
    sessions: UseSession
    log_in: LogIn
    log_out: LogOut
    refresh: RefreshTokens
    books: ReadBooks
    place: PlaceOrder
    modify: ModifyOrder
    cancel: CancelOrder
    cancel_all: CancelAll
    smart: PlaceSmartOrder
    smart_once: OncePerKey
    close_all: CloseAll
    load_instruments: LoadInstruments


def wire(
    account: AccountId,
    broker: Broker,
    parts: Parts,
    *,
    bounds: Bounds,
    logs_in: bool,
    market_barred: frozenset[Exchange],
) -> UseCases:
    """Return the use cases of one account."""
    log_in = LogIn(account, broker.sessions, parts.tokens, parts.locks, parts.clock, parts.telemetry, bounds)
    sessions = UseSession(account, parts.tokens, log_in, parts.clock, bounds, logs_in)
    books = ReadBooks(account, sessions, broker.books, broker.portfolio, parts.journal, parts.clock, bounds)
    agree = AgreeNet(books, parts.journal, parts.clock, bounds)
    submit = SubmitOrder(
        sessions=sessions,
        gateway=broker.orders,
        journal=parts.journal,
        limits=parts.rate_limits,
        books=books,
        identity=parts.identity,
        entropy=parts.entropy,
        processes=parts.processes,
        clock=parts.clock,
        bounds=bounds,
    )
    cancel = CancelOrder(sessions, broker.orders, books, parts.clock, bounds)
    smart = PlaceSmartOrder(
        account=account,
        locks=parts.locks,
        agree=agree,
        submit=submit,
        cancel=cancel,
        books=books,
        journal=parts.journal,
        processes=parts.processes,
        clock=parts.clock,
        bounds=bounds,
    )
    return UseCases(
        broker=broker,
        sessions=sessions,
        log_in=log_in,
        log_out=LogOut(account, broker.sessions, parts.tokens, parts.clock),
        refresh=RefreshTokens(sessions, log_in, parts.tokens, parts.clock),
        books=books,
        place=PlaceOrder(account, submit, parts.journal),
        modify=ModifyOrder(
            sessions=sessions,
            gateway=broker.orders,
            reader=broker.books,
            books=books,
            instruments=parts.instruments,
            journal=parts.journal,
            limits=parts.rate_limits,
            clock=parts.clock,
            bounds=bounds,
        ),
        cancel=cancel,
        cancel_all=CancelAll(cancel, books),
        smart=smart,
        smart_once=OncePerKey(smart, parts.journal, books, parts.processes, parts.clock, bounds),
        close_all=CloseAll(
            locks=parts.locks,
            agree=agree,
            submit=submit,
            cancel=cancel,
            books=books,
            instruments=parts.instruments,
            journal=parts.journal,
            processes=parts.processes,
            entropy=parts.entropy,
            clock=parts.clock,
            bounds=bounds,
            market_barred=market_barred,
        ),
        load_instruments=LoadInstruments(sessions, broker.instruments, parts.instruments, parts.clock),
    )
