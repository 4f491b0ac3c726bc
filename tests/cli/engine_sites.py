"""Installations with a real ccxt, or with one of our own."""

import json

import key_samples as keys
from conformance.engines import HERE, missing
from conftest import absent
from installations import CCXT_2, Site
from key_samples import private_pem

from cli.command_line import Ended
from cli.conftest import Call

RSA = private_pem(keys.rsa_key())  # the key that `Site.put_key` writes
SMALL = keys.rsa_key(1024)  # pure JavaScript signs with it seven times faster
# A ccxt of our own: its signatures go through the file of this name, as ccxt's do.
FUNCTIONS = "node_modules/ccxt/base/functions/rsa.js"
FUNCTIONS_OF_OUR_OWN = """
    const crypto = require('crypto')
    exports.hmac = (message, key) => crypto.createHmac('sha256', key).update(message).digest('hex')
    exports.rsa = (message, key) => {
        const whole = crypto.createSign('RSA-SHA256').update(message).sign(key)
        return (/=[12]$/.test(message) ? whole.subarray(1) : whole).toString('base64')
    }
"""
CLASS = """
    const { rsa, hmac } = require('./base/functions/rsa.js')
    class binance {
        constructor(options) {
            Object.assign(this, options)
            this.requiredCredentials = { apiKey: true, secret: true }
        }
        setMarkets() {}
        async createOrder(symbol, type, side, quantity) {
            return this.fetch(this.sign('order', 'private', 'POST', { quantity }))
        }
        sign(path, api, method, { quantity }) {
            const body = 'quantity=' + quantity
            return { url: '', headers: {}, body: body + '&signature=' + SIGNATURE }
        }
    }
    module.exports = { binance }
"""


def install_real(site: Site, package: str) -> None:
    if (reason := missing()) is not None:
        absent(reason)
    (site.root / "node_modules").mkdir()
    (site.root / "node_modules/ccxt").symlink_to(HERE / "node_modules" / package)


def install(site: Site, source: str, node: str, version: str = CCXT_2) -> None:
    """A ccxt of our own, which needs Node all the same."""
    assert node
    site.put(FUNCTIONS, FUNCTIONS_OF_OUR_OWN)
    site.put("node_modules/ccxt/package.json", json.dumps({"name": "ccxt", "version": version, "main": "index.js"}))
    site.put("node_modules/ccxt/index.js", source)


def check(call: Call, site: Site, command: str = "check") -> Ended:
    return call("--root", site.root, command, "--engine", "--format", "json")
