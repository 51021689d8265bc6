"""
The names that the simulated exchanges list.

Tokens, scrip codes and ISINs of well-known names are the exchanges' public ones; levels and lots are plausible and
no more. Names that nobody knows are invented from the seed.
"""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from jainam.simulator.noise import mix, seed_from, unit


@frozen
class Share:
    """A company's share with what both exchanges print for it."""

    symbol: str
    company: str
    nse_token: int
    bse_code: int
    isin: str
    level: float
    tick: str = "0.05"
    freeze_qty: int = 50_001
    lot: int = 0
    """Units of one stock contract; 0 when no contract is listed."""

    strike_step: str = "0"
    contract_freeze_qty: int = 0
    """0 stands for forty lots and one."""


WELL_KNOWN: Final = (
    Share("RELIANCE", "RELIANCE INDUSTRIES LTD", 2885, 500325, "INE002A01018", 1320, "0.05", 382_001, 500, "10"),
    Share("TCS", "TATA CONSULTANCY SERV LT", 11536, 532540, "INE467B01029", 4050, "0.05", 91_001, 175, "20"),
    Share("HDFCBANK", "HDFC BANK LTD", 1333, 500180, "INE040A01034", 820, "0.05", 107_805, 550, "5"),
    Share("INFY", "INFOSYS LIMITED", 1594, 500209, "INE009A01021", 1500, "0.05", 50_001, 400, "20"),
    Share("M&M", "MAHINDRA & MAHINDRA LTD", 2031, 500520, "INE101A01026", 3120, "0.05", 50_001, 200, "50"),
    Share("BAJAJ-AUTO", "BAJAJ AUTO LIMITED", 16669, 532977, "INE917I01010", 9120, "0.05", 50_001, 75, "100", 2251),
    Share(
        "MANAPPURAM", "MANAPPURAM FINANCE LTD", 19061, 531213, "INE522D01027", 272, "0.05", 50_001, 3000, "2.5", 90_001
    ),
    Share("ACC", "ACC LIMITED", 22, 500410, "INE012A01025", 1990, "0.05", 50_001, 300, "20"),
    Share("SBIN", "STATE BANK OF INDIA", 3045, 500112, "INE062A01020", 860, "0.05", 120_001, 750, "5"),
    Share("ICICIBANK", "ICICI BANK LTD.", 4963, 532174, "INE090A01021", 1390, "0.1", 100_001, 700, "10"),
    Share("ITC", "ITC LTD", 1660, 500875, "INE154A01025", 410, "0.05", 150_001, 1600, "2.5"),
    Share("AXISBANK", "AXIS BANK LIMITED", 5900, 532215, "INE238A01034", 1160, "0.1", 80_001, 625, "10"),
    Share("KOTAKBANK", "KOTAK MAHINDRA BANK LTD", 1922, 500247, "INE237A01028", 2100, "0.1", 60_001, 400, "20"),
    Share("LT", "LARSEN & TOUBRO LTD.", 11483, 500510, "INE018A01030", 3650, "0.1", 50_001, 175, "20"),
    Share("WIPRO", "WIPRO LTD", 3787, 507685, "INE075A01022", 250, "0.01", 200_001, 3000, "2.5"),
    Share("MARUTI", "MARUTI SUZUKI INDIA LTD.", 10999, 532500, "INE585B01010", 15200, "1", 50_001, 50, "100"),
    Share("TATASTEEL", "TATA STEEL LIMITED", 3499, 500470, "INE081A01020", 170, "0.01", 400_001, 5500, "2.5"),
    Share("HINDUNILVR", "HINDUSTAN UNILEVER LTD.", 1394, 500696, "INE030A01027", 2520, "0.1", 50_001, 300, "20"),
    Share("BHARTIARTL", "BHARTI AIRTEL LIMITED", 10604, 532454, "INE397D01024", 1980, "0.1", 60_001, 475, "20"),
    Share("SUNPHARMA", "SUN PHARMACEUTICAL IND L", 3351, 524715, "INE044A01036", 1640, "0.1", 50_001, 350, "20"),
    Share("TITAN", "TITAN COMPANY LIMITED", 3506, 500114, "INE280A01028", 3480, "0.1", 50_001, 175, "20"),
    Share("ASIANPAINT", "ASIAN PAINTS LIMITED", 236, 500820, "INE021A01026", 2440, "0.1", 50_001, 250, "20"),
    Share("BAJFINANCE", "BAJAJ FINANCE LIMITED", 317, 500034, "INE296A01032", 940, "0.05", 90_001, 750, "10"),
    Share("ADANIENT", "ADANI ENTERPRISES LIMITED", 25, 512599, "INE423A01024", 2390, "0.1", 50_001, 300, "20"),
    Share("COALINDIA", "COAL INDIA LTD", 20374, 533278, "INE522F01014", 388, "0.05", 110_001, 1350, "5"),
    Share("NTPC", "NTPC LTD", 11630, 532555, "INE733E01010", 336, "0.05", 150_001, 1500, "5"),
    Share("ONGC", "OIL AND NATURAL GAS CORP.", 2475, 500312, "INE213A01029", 244, "0.01", 180_001, 2250, "2.5"),
    Share("POWERGRID", "POWER GRID CORP. LTD.", 14977, 532898, "INE752E01010", 287, "0.05", 150_001, 1900, "5"),
    Share("ULTRACEMCO", "ULTRATECH CEMENT LIMITED", 11532, 532538, "INE481G01011", 12400, "1", 50_001, 50, "100"),
    Share("HCLTECH", "HCL TECHNOLOGIES LTD", 7229, 532281, "INE860A01027", 1470, "0.1", 60_001, 350, "20"),
    Share("TECHM", "TECH MAHINDRA LIMITED", 13538, 532755, "INE669C01036", 1510, "0.1", 50_001, 600, "20"),
    Share("GRASIM", "GRASIM INDUSTRIES LTD", 1232, 500300, "INE047A01021", 2790, "0.1", 50_001, 250, "20"),
    Share("CIPLA", "CIPLA LTD", 694, 500087, "INE059A01026", 1550, "0.1", 50_001, 375, "20"),
    Share("HINDALCO", "HINDALCO INDUSTRIES LTD", 1363, 500440, "INE038A01020", 760, "0.05", 90_001, 700, "10"),
    Share("JSWSTEEL", "JSW STEEL LIMITED", 11723, 500228, "INE019A01038", 1110, "0.1", 60_001, 675, "10"),
    Share("BPCL", "BHARAT PETROLEUM CORP LT", 526, 500547, "INE029A01011", 330, "0.05", 130_001, 1975, "5"),
    Share("EICHERMOT", "EICHER MOTORS LTD", 910, 505200, "INE066A01021", 6900, "0.5", 50_001, 100, "50"),
    Share("HEROMOTOCO", "HERO MOTOCORP LIMITED", 1348, 500182, "INE158A01026", 5350, "0.5", 50_001, 150, "50"),
    Share("MUTHOOTFIN", "MUTHOOT FINANCE LIMITED", 23650, 533398, "INE414G01012", 2148, "0.1", 50_001, 275, "20"),
    Share("TTKHLTCARE", "TTK HEALTHCARE LIMITED", 11369, 507747, "INE910C01018", 1499, "0.05", 66_709),
)
"""Shares that anybody would look for; those with contracts stand first."""


@frozen
class Odd:
    """A cash row of a rarer kind that is listed on one exchange only."""

    segment: str
    token: int
    symbol: str
    series: str
    isin: str
    company: str
    level: float
    tick: str = "0.01"
    lot: int = 1
    freeze_qty: int = 50_001


ODD_ROWS: Final = (
    Odd("NSECM", 4001, "SAMPLEBE", "BE", "INE000A01001", "SAMPLE TRADE TO TRADE LTD", 84.35),
    Odd("NSECM", 4002, "SAMPLESM", "SM", "INE000A01002", "SAMPLE SME LTD", 152, "0.05", 800),
    Odd("NSECM", 20364, "771KL43", "SG", "IN2020230172", "SDL KL 7.71% 2043", 97.5, "0.01", 100, 1_025_599),
    Odd("NSECM", 4003, "SAMPLEGB", "GB", "IN0020000001", "SOVEREIGN GOLD BOND SAMPLE", 9800),
    Odd("BSECM", 526439, "AMBIT", "XT", "INE000B01001", "SAMPLE PLASTO COMPANY", 11.2),
    Odd("BSECM", 543393, "SFMP54DR", "F", "INF000B01001", "SAMPLE FIXED PLAN", 10.8),
    Odd("BSECM", 590001, "SAMPLEB", "B", "INE000B01002", "SAMPLE B GROUP", 402, "0.05"),
    Odd("BSECM", 590002, "SAMPLEX", "X", "INE000B01003", "SAMPLE X GROUP", 31.25),
    Odd("BSECM", 590003, "SAMPLET", "T", "INE000B01004", "SAMPLE T GROUP", 77.7),
)


@frozen
class Index:
    """An index with the terms of its contracts, if it has any."""

    segment: str
    token: int
    list_name: str
    """Name in the index list."""

    symbol: str
    index_name: str
    level: float
    volatility: float = 0.008
    lot: int = 0
    freeze_qty: int = 0
    strike_step: str = "0"
    future_tick: str = "0.1"
    has_weeklies: bool = False


INDICES: Final = (
    Index("NSECM", 26000, "NIFTY 50", "NIFTY", "Nifty 50", 24300, 0.008, 65, 1801, "50", "0.1", has_weeklies=True),
    Index("NSECM", 26001, "NIFTY BANK", "BANKNIFTY", "Nifty Bank", 54400, 0.01, 30, 601, "100", "0.2"),
    Index("NSECM", 26034, "NIFTY FIN SERVICE", "FINNIFTY", "Nifty Fin Service", 25900, 0.01, 60, 1201, "50"),
    Index("NSECM", 26121, "NIFTY MID SELECT", "MIDCPNIFTY", "NIFTY MID SELECT", 13100, 0.011, 120, 2801, "25", "0.05"),
    Index("NSECM", 26054, "NIFTY NEXT 50", "NIFTYNXT50", "Nifty Next 50", 68900, 0.011, 25, 601, "100", "0.5"),
    Index("NSECM", 26002, "INDIA VIX", "INDIAVIX", "India VIX", 12.4, 0.04),
    Index("NSECM", 26003, "NIFTY IT", "NIFTYIT", "Nifty IT", 36500, 0.012),
    Index("BSECM", 26065, "SENSEX", "SENSEX", "SENSEX", 81200, 0.008, 20, 1001, "100", "0.05", has_weeklies=True),
    Index("BSECM", 26118, "BANKEX", "BANKEX", "BANKEX", 61500, 0.01, 30, 901, "100", "0.05"),
    Index("BSECM", 26067, "SNSX50", "SENSEX50", "SENSEX50", 26900, 0.008, 75, 1801, "100", "0.05"),
)


@frozen
class Commodity:
    """A commodity of MCX."""

    symbol: str
    level: float
    future_tick: str
    multiplier: int
    freeze_qty: int
    expiry_day: int
    months: tuple[int, ...]
    expiry_clock: str = "23:30:00"
    volatility: float = 0.014
    strike_step: str = "0"
    option_tick: str = "0.1"
    option_days_ahead: int = 4
    """Calendar days by which options end before the future they are written on."""

    spot_token: int = 0


_EVERY_MONTH: Final = tuple(range(1, 13))
_EVEN_MONTHS: Final = (2, 4, 6, 8, 10, 12)
_SILVER_MONTHS: Final = (3, 5, 7, 9, 12)

COMMODITIES: Final = (
    Commodity("CRUDEOIL", 6300, "1", 100, 10_001, 21, _EVERY_MONTH, strike_step="50"),
    Commodity("CRUDEOILM", 6300, "1", 10, 10_001, 21, _EVERY_MONTH, strike_step="50"),
    Commodity("NATURALGAS", 273.8, "0.1", 1250, 60_001, 25, _EVERY_MONTH, "23:30:00", 0.02, "5", "0.05"),
    Commodity("GOLD", 112_100, "1", 100, 10_001, 5, _EVEN_MONTHS, "23:59:59", 0.009, "500", "0.5", 8, 1001),
    Commodity("GOLDM", 112_100, "1", 10, 10_001, 5, _EVERY_MONTH, "23:59:59", 0.009, "500", "0.5", 8),
    Commodity("SILVER", 142_000, "1", 30, 601, 5, _SILVER_MONTHS, "23:30:00", 0.013, "1000", "0.5", 4, 1002),
    Commodity("COPPER", 946.3, "0.05", 2500, 70_001, 31, _EVERY_MONTH, "23:30:00", 0.012, "10", "0.05"),
    Commodity("ZINC", 268.4, "0.05", 5000, 70_001, 31, _EVERY_MONTH, volatility=0.012),
    Commodity("ALUMINIUM", 251.2, "0.05", 5000, 70_001, 31, _EVERY_MONTH, volatility=0.011),
)  # fmt: skip  # a table reads best with a row to a line


@frozen
class Currency:
    """A currency pair of NSE's currency segment."""

    symbol: str
    level: float
    volatility: float
    strike_step: str


CURRENCIES: Final = (
    Currency("USDINR", 88.1, 0.0025, "0.25"),
    Currency("EURINR", 100.3, 0.004, "0.25"),
    Currency("GBPINR", 117.9, 0.0045, "0.25"),
    Currency("JPYINR", 58.6, 0.005, "0.25"),
)

_SYLLABLES: Final = (
    "adi", "ala", "ami", "anu", "ari", "ava", "bala", "bhi", "chan", "dara", "devi", "dhan", "eka", "gaya", "gita",
    "hari", "indu", "jaya", "kala", "kavi", "kiri", "lax", "loka", "mani", "maya", "mira", "nala", "navi", "nila",
    "oma", "pada", "pari", "prem", "raji", "rani", "ravi", "rita", "roha", "sama", "sari", "shiv", "sona", "surya",
    "tara", "teja", "uma", "vara", "vasu", "veda", "vina", "yami", "yash", "zari",
)  # fmt: skip  # a table reads best in full lines
_TRADES: Final = (
    "AGRO", "CAPITAL", "CEMENTS", "CHEMICALS", "ENERGY", "EXPORTS", "FINANCE", "FOODS", "INDUSTRIES", "INFRA",
    "LOGISTICS", "METALS", "PAPERS", "PHARMA", "POLYMERS", "POWER", "STEEL", "SYSTEMS", "TEXTILES", "TOOLS",
)  # fmt: skip  # a table reads best in full lines
_NSE_SERIES: Final = (*("EQ",) * 30, "BE", "BE", "SM", "SM", "BZ", "ST", "SG", "GS", "GB", "N1")
_BSE_SERIES: Final = ("B", "B", "B", "B", "X", "X", "XT", "T", "F", "G", "M")
_BOND_SERIES: Final = frozenset({"SG", "GS", "GB", "N1", "F", "G"})
_STATES: Final = ("KL", "TN", "MH", "GJ", "KA", "UP", "RJ", "PN")


@frozen
class Invented:
    """A cash instrument that exists nowhere, with its series on each exchange; no series means not listed there."""

    number: int
    symbol: str
    company: str
    isin: str
    level: float
    tick: str
    nse_series: str
    bse_series: str
    lot: int
    freeze_qty: int

    @property
    def nse_token(self) -> int:
        """Return its token on NSE, beyond those of the well-known names."""
        return 40_001 + self.number

    @property
    def bse_code(self) -> int:
        """Return its scrip code on BSE, beyond those of the well-known names."""
        return 600_001 + self.number


def invented_names(seed: int, taken: frozenset[str]) -> Iterator[Invented]:
    """
    Yield invented cash instruments without end: the same sequence for the same seed.

    A third is listed on NSE alone, a third on BSE alone, a third on both.

    Args:
        seed: The venue's seed.
        taken: Symbols that are not to come up.
    """
    used = set(taken)
    number = 0
    while True:  # the caller takes as many as its size needs
        key = seed_from(seed, "invented", number)
        where = number % 3
        nse_series = _NSE_SERIES[mix(key) % len(_NSE_SERIES)] if where != 1 else ""
        bse_series = _BSE_SERIES[mix(key + 1) % len(_BSE_SERIES)] if where != 0 else ""
        symbol, company = _names(key, nse_series or bse_series, used)
        used.add(symbol)
        level = round(5.0 * 900.0 ** unit(key, 2), 2)
        yield Invented(
            number=number,
            symbol=symbol,
            company=company,
            isin=_isin(key, government=nse_series in {"SG", "GS", "GB"}),
            level=level,
            tick=_tick(level),
            nse_series=nse_series,
            bse_series=bse_series,
            lot=_lot(nse_series, key),
            freeze_qty=50_001 + (mix(key + 3) % 60) * 1_000,
        )
        number += 1


def _names(key: int, series: str, used: set[str]) -> tuple[str, str]:
    """Return an unused symbol and its company; bonds have coupon, state and year in the symbol."""
    for attempt in range(64):
        bits = mix(key + 100 + attempt)
        if series in _BOND_SERIES:
            coupon, state, year = 600 + bits % 250, _STATES[(bits >> 16) % len(_STATES)], 27 + (bits >> 32) % 40
            symbol, company = f"{coupon}{state}{year}", f"SDL {state} {coupon / 100}% 20{year}"
        else:
            parts = [_SYLLABLES[(bits >> shift) % len(_SYLLABLES)] for shift in (0, 12, 24)]
            trade = _TRADES[(bits >> 40) % len(_TRADES)]
            stem = "".join(parts).upper()
            symbol, company = stem[:10], f"{stem} {trade} LTD"
        if symbol not in used:
            return symbol, company
    symbol = f"SAMPLE{key % 10_000_000}"
    return symbol, f"{symbol} LTD"


def _tick(level: float) -> str:
    """Return the tick of a share by its price, as NSE sets it."""
    if level < 250:
        return "0.01"
    return "0.05" if level < 1000 else "0.1"


def _lot(series: str, key: int) -> int:
    if series in {"SM", "ST"}:
        return (400, 800, 1200, 1600)[mix(key + 4) % 4]
    return 100 if series in {"SG", "GS"} else 1


def _isin(key: int, *, government: bool) -> str:
    """Return an ISIN with a true check digit."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    bits = mix(key + 5)
    if government:
        body = f"IN{20 + bits % 15}{(bits >> 8) % 10_000_000:07d}"
    else:
        body = (
            f"INE{(bits >> 8) % 1000:03d}{letters[bits % len(letters)]}{(bits >> 24) % 100:02d}{(bits >> 40) % 100:02d}"
        )
    digits = "".join(str(int(char, 36)) for char in body)
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return f"{body}{-total % 10}"


def share_of(name: Invented) -> Share:
    """Return an invented name as a share with contracts."""
    lot = max(25, round(600_000 / name.level / 25) * 25)
    step = next(
        (text for text in ("0.5", "1", "2.5", "5", "10", "20", "50") if float(text) >= name.level * 0.01), "100"
    )
    return Share(
        name.symbol,
        name.company,
        name.nse_token,
        name.bse_code,
        name.isin,
        name.level,
        name.tick,
        name.freeze_qty,
        lot,
        step,
    )
