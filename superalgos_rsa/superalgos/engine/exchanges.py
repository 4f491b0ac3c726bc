"""The exchanges of ccxt, and those that do not sign by HMAC with the secret as it is."""

from __future__ import annotations

from superalgos_rsa.superalgos.engine.versions import CcxtVersion


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BINANCE = frozenset({"binance", "binancecoinm", "binanceus", "binanceusdm"})
BYBIT = frozenset({"bybit", "bybiteu", "bybitid"})
ASYMMETRIC = BINANCE | BYBIT
"""Classes that read a PEM text as a private key in at least one version."""

# `exchanges` of the npm packages ccxt 2.7.62 and 4.5.84.
_OF_2 = _names(
    """
    ace alpaca ascendex bequant bigone binance binancecoinm binanceus binanceusdm bit2c bitbank bitbay bitbns
    bitcoincom bitfinex bitfinex2 bitflyer bitforex bitget bithumb bitmart bitmex bitopro bitpanda bitrue bitso
    bitstamp bitstamp1 bittrex bitvavo bkex bl3p blockchaincom btcalpha btcbox btcex btcmarkets btctradeua btcturk
    buda bybit cex coinbase coinbaseprime coinbasepro coincheck coinex coinfalcon coinmate coinone coinspot
    cryptocom currencycom delta deribit digifinex exmo flowbtc fmfwio gate gateio gemini hitbtc hitbtc3 hollaex
    huobi huobijp huobipro idex independentreserve indodax itbit kraken kucoin kucoinfutures kuna latoken lbank
    lbank2 luno lykke mercado mexc mexc3 ndax novadax oceanex okcoin okex okex5 okx paymium phemex poloniex
    poloniexfutures probit ripio stex therock tidex timex tokocrypto upbit wavesexchange wazirx whitebit woo yobit
    zaif zb zonda
    """
)

_OF_4 = _names(
    """
    alpaca apex aster backpack bequant bigone binance binancecoinm binanceus binanceusdm bingx bit2c bitbank
    bitbns bitfinex bitflyer bitget bithumb bitopro bitrue bitso bitstamp bitteam bittrade bitvavo blockchaincom
    blofin btcbox btcmarkets btcturk btse bullish bybit bybiteu bybitid bydfi cex coinbase coinbaseexchange
    coinbaseinternational coincheck coinex coinmate coinone coinsph coinspot cryptocom cryptomus deepcoin delta
    deribit derive digifinex dydx extended fmfwio foxbit gate gateeu gemini grvt hashkey hibachi hitbtc hollaex
    htx hyperliquid independentreserve indodax kraken krakenfutures kucoin kucoinfutures latoken lbank lighter
    luno mercado mexc modetrade mudrex myokx nado ndax okx okxus onetrading p2b pacifica paradex paymium phemex
    poloniex revolutx tokocrypto toobit upbit weex whitebit woo woofipro xt zaif zebpay
    """
)

NAMES = _OF_2 | _OF_4

# Classes of those packages whose `sign` calls eddsa, ecdsa, a wallet or a token, or needs no secret at all.
_OWN_SCHEME_OF_2 = _names("bitpanda idex lbank lbank2 lykke oceanex ripio stex wavesexchange")
_OWN_SCHEME_OF_4 = _names(
    "aster backpack coinbase derive dydx extended grvt hibachi hyperliquid lbank lighter modetrade nado "
    "onetrading pacifica paradex revolutx woofipro"
)

# Classes of 4.5.84 whose `sign` decodes the whole secret from base64 first.
_BASE64_SECRET = _names("btcmarkets btcturk coinbaseexchange coinbaseinternational kraken krakenfutures")


def is_exchange(name: str, version: CcxtVersion | None) -> bool:
    """Whether that ccxt has a class of this name. Versions other than 2.7 and 4.5 are checked against both lists."""
    listed = NAMES
    if version is not None and (version.major, version.minor) == (2, 7):
        listed = _OF_2
    elif version is not None and (version.major, version.minor) == (4, 5):
        listed = _OF_4
    return name in listed


def has_own_scheme(name: str, version: CcxtVersion) -> bool:
    """Whether that ccxt signs for this exchange in a way that is not modelled here."""
    return name in (_OWN_SCHEME_OF_2 if version.major < 3 else _OWN_SCHEME_OF_4)


def decodes_secret(name: str) -> bool:
    """Whether ccxt (4.5.84) decodes the secret of this exchange from base64 before it signs."""
    return name in _BASE64_SECRET
