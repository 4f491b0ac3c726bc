'use strict'
// Asks the installed ccxt itself, offline: signs a fixed order with each credential and verifies the signature. Reads a
// list of {exchange, secret, publicKey} from stdin; writes one {signing, error} each. No key leaves this process.

const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const { createRequire } = require('module')

// The endpoint group whose orders are signed with the secret, and where message and signature stand in the request.
const BINANCE = { binance: 'private', binanceus: 'private', binanceusdm: 'fapiPrivate', binancecoinm: 'dapiPrivate' }

function request(id, exchange) {
    if (id in BINANCE) {
        const [message, signature] = exchange.sign('order', BINANCE[id], 'POST', { symbol: 'BTCUSDT' }).body.split('&signature=')
        return { message, signature: decodeURIComponent(signature), digest: 'hex' }
    }
    const { body, headers } = exchange.sign('unified/v3/private/order/create', 'private', 'POST', { symbol: 'BTCUSDT' })
    const before = headers['X-BAPI-TIMESTAMP'] + exchange.apiKey + headers['X-BAPI-RECV-WINDOW']
    return { message: before + body, signature: headers['X-BAPI-SIGN'], digest: 'hex' }
}

// As the task server does it: the text of the file of that name, or else the text itself.
function textOf(secret) {
    try {
        fs.accessSync(secret, fs.constants.F_OK)
        return fs.readFileSync(secret, 'utf8')
    } catch {
        return secret
    }
}

function verified(publicKey, message, signature) {
    const key = crypto.createPublicKey(publicKey)
    const isEd25519 = key.asymmetricKeyType === 'ed25519'
    const holds = crypto.verify(isEd25519 ? null : 'RSA-SHA256', Buffer.from(message), key, Buffer.from(signature, 'base64'))
    return holds ? (isEd25519 ? 'ed25519' : 'rsa') : 'none'
}

function answer(ccxt, { exchange: id, secret, publicKey }) {
    if (!(id in ccxt)) return { signing: 'none', error: 'exchangeClass is not a constructor' }
    if (!(id in BINANCE) && id !== 'bybit') return { signing: null, error: null }
    const exchange = new ccxt[id]({ apiKey: 'apiKey', secret: textOf(secret) })
    try {
        const { message, signature, digest } = request(id, exchange)
        const mac = crypto.createHmac('sha256', exchange.secret).update(message).digest(digest)
        if (mac === signature) return { signing: 'hmac', error: null }
        return { signing: publicKey ? verified(publicKey, message, signature) : 'none', error: null }
    } catch (error) {
        return { signing: 'none', error: error.constructor.name }
    }
}

async function main() {
    const cases = JSON.parse(fs.readFileSync(0, 'utf8'))
    const require = createRequire(path.join(process.cwd(), 'package.json'))
    let ccxt
    try {
        ccxt = require('ccxt')
    } catch {
        process.exit(3)
    }
    fs.writeSync(1, JSON.stringify({ version: ccxt.version, answers: cases.map(one => answer(ccxt, one)) }))
}

main()
