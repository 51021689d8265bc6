"""`jainam status`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.desk import Desk
    from jainam.desk.opening import DeskStatus

_Row = tuple[str, str, object, object]


@click.command()
@common_options
@pass_running
def status(running: Running) -> None:
    """
    Show sessions, kill switch, runs of close-all, doubt, instruments, plug-ins and limits; asks nobody but the store.

    Example: jainam status
    """
    from attrs import evolve  # noqa: PLC0415  # help comes without a desk

    from jainam.adapters.cli.documents import (  # noqa: PLC0415  # as above
        mark_document,
        order_document,
        session_document,
        switch_document,
    )
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # as above

    desk = running.desk
    now = desk.status(running.account_name)
    # a store may hold another broker's sessions too; here they would only mislead
    now = evolve(now, sessions=tuple(one for one in now.sessions if one.account.broker == now.broker))
    account = str(running.settings().account(running.account_name, now.broker))
    limits = next((one.text for one in desk.config() if one.setting.name == "JAINAM_RATE_LIMITS"), None)
    counts = request_counts(desk)
    document = {
        "now": now.now,
        "broker": now.broker,
        "account": account,
        "sessions": [session_document(one, now.now) for one in now.sessions],
        "kill_switch": switch_document(now.kill_switch),
        "closing": [mark_document(mark, is_alive=is_alive) for mark, is_alive in now.closing],
        "unsettled": [order_document(one) for one in now.unsettled],
        "live": [order_document(one) for one in now.live],
        "instruments": None
        if now.instruments is None
        else {
            "loaded_at": now.instruments.loaded_at,
            "age_s": int((now.now - now.instruments.loaded_at).total_seconds()),
            "counts": now.instruments.counts,
            "skipped": now.instruments.skipped,
        },
        "plugin_failures": [{"package": one.package, "reason": one.reason} for one in now.plugin_failures],
        "rate_limits": limits,
        "requests": counts,
    }
    columns = (Column("part"), Column("item"), Column("state"), Column("detail"))
    rows = [
        ("desk", now.broker, "simulated" if now.is_simulated else "real", now.now),
        *_sessions(now),
        *_desk_rows(now),
        *_orders(now),
        *_supplies(now),
        ("rate limits", "chart", limits, None),
        *(
            ("requests", endpoint, told["count"], f"{told['errors']} failed, {told['latency_mean_ms']} ms on average")
            for endpoint, told in counts.items()
        ),
    ]
    running.show(Report(document, Table(f"Status of {account}", columns, rows)))


def _sessions(now: "DeskStatus") -> Iterator[_Row]:
    if not now.sessions:
        yield ("session", "", "none", "log in with: jainam login")
    for one in now.sessions:
        word = one.word(now.now)
        detail: object = one.expires_at
        if word == "stopped":
            detail = "another program uses the app key; end it, then run: jainam sessions refresh"
        elif word != "valid":
            detail = one.attempts.failure or "log in with: jainam login"
        yield ("session", f"{one.account} {one.side.value}", word, detail)


def _desk_rows(now: "DeskStatus") -> Iterator[_Row]:
    switch = now.kill_switch
    yield ("kill switch", "", "on" if switch.is_on else "off", switch.reason or switch.changed_at)
    if not now.closing:
        yield ("close-all", "", "none runs", None)
    for mark, is_alive in now.closing:
        option = (
            "--all-clients" if mark.scope.everyone else f"--client {mark.scope.client}" if mark.scope.client else ""
        )
        end = f"its process is dead; end it with: jainam close-all --abandon {option}".rstrip()
        yield ("close-all", str(mark.scope), "runs" if is_alive else "dead", mark.started_at if is_alive else end)


def _orders(now: "DeskStatus") -> Iterator[_Row]:
    from jainam.adapters.cli.reports import shown  # noqa: PLC0415  # as above

    yield ("orders in doubt", "", len(now.unsettled), None)
    for one in now.unsettled:
        told = f"{one.side.value} {one.order_qty} {one.symbol} of {one.client or 'own'}, sent {shown(one.sent_at)}"
        yield ("orders in doubt", one.client_order_id, one.state, told)
    yield ("orders working", "", len(now.live), None)
    for one in now.live:
        told = f"{one.side.value} {one.leaves_qty} of {one.order_qty} {one.symbol} of {one.client or 'own'}"
        yield ("orders working", one.app_order_id or one.client_order_id, one.status or one.state, told)


def _supplies(now: "DeskStatus") -> Iterator[_Row]:
    stored = now.instruments
    if stored is None:
        yield ("instruments", "", "none", "load them with: jainam instruments sync")
    else:
        total = sum(stored.counts.values())
        yield ("instruments", f"{total:,} in {len(stored.counts)} exchanges", _age(now.now, stored.loaded_at), None)
    for failure in now.plugin_failures:
        yield ("plug-in", failure.package, "failed", failure.reason)


def _age(now: datetime, loaded_at: datetime) -> str:
    """Return how old something is, in the largest unit that fits."""
    minutes = int((now - loaded_at).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min old"
    return f"{minutes // 60} h old" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days old"


def request_counts(desk: "Desk") -> dict[str, dict[str, object]]:
    """Return this process's requests by endpoint, where the telemetry in force counts them."""
    counts: Any = getattr(desk.parts.telemetry, "counts", None)
    found = counts() if callable(counts) else {}
    if not isinstance(found, Mapping):
        return {}
    return {
        str(endpoint): {
            "count": one.count,
            "errors": one.errors,
            "latency_mean_ms": None if one.latency_mean_ms is None else round(one.latency_mean_ms, 1),
            "latency_max_ms": round(one.latency_max_ms, 1),
        }
        for endpoint, one in found.items()
    }
