"""The desk: opens, wires and closes everything, and gives the accounts and clients that act."""

from jainam.desk.account import Account
from jainam.desk.client import Client
from jainam.desk.opening import Desk, open_desk

__all__ = ["Account", "Client", "Desk", "open_desk"]
