"""
A stand-in XTS venue: accounts, tokens, orders, matching, positions and market data, answered as XTS answers them.

It imports nothing of the rest of `jainam`: it is the other side of the wire. The core is pure (`Venue.handle`:
a request in, a reply out, on a clock of its own); `asgi` and `in_process` are faces before it.
"""
