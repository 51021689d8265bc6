"""Cancel all working orders of an account, of one client, or in one instrument."""

from attrs import frozen

from jainam.application.cancel_order import Cancelled, CancelOrder
from jainam.application.read_books import ReadBooks
from jainam.domain.closing import Scope
from jainam.domain.instruments import Instrument


@frozen
class CancelAll:
    """Cancels order by order: XTS's own cancel-all proves nothing about any of them."""

    cancel: CancelOrder
    books: ReadBooks

    def run(self, scope: Scope, instrument: Instrument | None = None) -> tuple[Cancelled, ...]:
        """Cancel the scope's working orders and return what became of each; empty when none works."""
        rows = [
            row
            for row in self.books.order_book().rows
            if not row.is_terminal
            and scope.covers(row.account, row.client)
            and (
                instrument is None
                or (row.exchange is instrument.exchange and row.instrument_id == instrument.instrument_id)
            )
        ]
        return self.cancel.until_over(rows)
