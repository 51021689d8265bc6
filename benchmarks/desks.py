"""A desk for a benchmark: the dealer of the simulated venue, in a directory that goes away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jainam


@contextmanager
def dealer_desk(listing: dict[str, Any], store_url: str | None = None) -> Iterator[jainam.Desk]:
    """Open the dealer's desk on a venue; the store is a file unless its URL says something else."""
    keys = next(one for one in listing["accounts"] if one["kind"] == "NORMAL")
    with tempfile.TemporaryDirectory(prefix="jainam-bench-") as home:
        settings: dict[str, Any] = {
            "broker": "simulator",
            "base_url": listing["url"],
            "home": home,
            "login": "auto",
            "active_account_type": "NORMAL",
            "rate_limits": "off",
            "load_plugins": "",
            "interactive_api_key": keys["interactive"]["app_key"],
            "interactive_api_secret": keys["interactive"]["secret_key"],
            "market_api_key": keys["market"]["app_key"],
            "market_api_secret": keys["market"]["secret_key"],
        }
        if store_url is not None:
            settings["store_url"] = store_url
        with jainam.open_desk(**settings) as desk:
            yield desk
