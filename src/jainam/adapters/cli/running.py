"""One run of the command line: what was asked for everywhere, the desk that it opens, and what it writes."""

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jainam.adapters.cli.reports import Report, Writer
    from jainam.desk import Account, Client, Desk
    from jainam.domain.sessions import Secret
    from jainam.plugins import Plugins
    from jainam.settings import Settings


class Running:
    """
    Handed to every command as ``ctx.obj``, those of plug-ins included.

    `desk`, `account` and `client` open what they give when they are first asked for; `show` writes the command's one
    report and keeps its exit code.
    """

    # a plain class, and imports where they are needed: help and usage errors come without a desk or what it stands on

    def __init__(self) -> None:
        self.is_json = False
        self.is_debug = False
        self.is_simulated = False
        self.env_file: str | None = None
        self.account_name: str | None = None
        self.exit_code = 0
        self.has_sent = False
        """Whether something may be at the venue when the run is interrupted."""
        self._desk: Desk | None = None
        self._plugins: Plugins | None = None
        self._secrets: tuple[Secret, ...] | None = None
        self._hushed = ExitStack()
        self._is_hushed = False

    @property
    def desk(self) -> "Desk":
        """The desk of the settings in force."""
        if self._desk is None:
            from jainam.desk import open_desk  # noqa: PLC0415  # see above

            self.hush()
            self._desk = open_desk(env_file=self.env_file)
            self.is_simulated = self._desk.is_simulated
        return self._desk

    @property
    def account(self) -> "Account":
        """The account that ``--account`` names, or the active one."""
        return self.desk.account(self.account_name)

    def client(self, code: str | None) -> "Client":
        """Return a client of the account, or its own account."""
        return self.account.client(code)

    def settings(self) -> "Settings":
        """Return the settings in force, without opening a desk."""
        from jainam.settings import read_settings  # noqa: PLC0415  # see above

        self.hush()
        return read_settings(self.env_file)

    def plugins(self) -> "Plugins":
        """Return what plug-ins offer, without opening a desk."""
        if self._plugins is None:
            from jainam.plugins import load_plugins  # noqa: PLC0415  # see above

            names = self.settings().text("JAINAM_LOAD_PLUGINS")
            self._plugins = load_plugins(only=None if names is None else [one.strip() for one in names.split(",")])
        return self._plugins

    @property
    def writer(self) -> "Writer":
        """What writes to stdout and stderr."""
        from jainam.adapters.cli.reports import Writer  # noqa: PLC0415  # see above

        return Writer(is_json=self.is_json, is_simulated=self.is_simulated)

    @property
    def has_terminal(self) -> bool:
        """Whether somebody can be asked: a person at stdin who sees stderr, and no program that reads JSON."""
        from jainam.adapters.cli.reports import is_terminal  # noqa: PLC0415  # see above

        return not self.is_json and is_terminal(sys.stdin) and is_terminal(sys.stderr)

    def show(self, report: "Report") -> None:
        """Write the outcome of the command."""
        self.exit_code = report.exit_code
        self.writer.report(report)

    def notice(self, text: str) -> None:
        """Write a line for people to stderr."""
        self.writer.notice(text)

    def hush(self) -> None:
        """Take logs and warnings in hand until the run is closed."""
        if not self._is_hushed:
            from jainam.adapters.cli.quiet import quiet  # noqa: PLC0415  # see above

            self._is_hushed = True
            self._hushed.enter_context(quiet(lambda: self.is_debug, self.notice, self.scrub))

    def scrub(self, text: str) -> str:
        """Return a text without any secret of the settings in force."""
        from jainam.adapters.cli.quiet import without_secrets  # noqa: PLC0415  # see above
        from jainam.domain.errors import JainamError  # noqa: PLC0415  # see above
        from jainam.settings import read_settings  # noqa: PLC0415  # see above

        if self._secrets is None:
            try:
                self._secrets = read_settings(self.env_file).secrets()
            except JainamError:
                return text  # settings that can't be read have given nobody a secret
        return without_secrets(text, self._secrets)

    def close(self) -> None:
        """Close the desk, if one was opened."""
        with self._hushed:
            if self._desk is not None:
                desk, self._desk = self._desk, None
                desk.close()
