'use strict'
// Signs each credential of a batch with the real `sign()` of the real class, and verifies what comes out with the
// public keys given. The arguments name the packages; each line of stdin is a batch, and each line of stdout its answer.

const crypto = require('crypto')
const fs = require('fs')

const BINANCE = { binance: 'private', binanceus: 'private', binanceusdm: 'fapiPrivate', binancecoinm: 'dapiPrivate' }

// How each exchange is asked, and where the signed message and the signature stand in its answer.
function ask(id, exchange) {
    if (id in BINANCE) {
        const { body } = exchange.sign('order', BINANCE[id], 'POST', { symbol: 'BTCUSDT', quantity: 1 })
        const [message, signature] = body.split('&signature=')
        return { message: Buffer.from(message), signature: decodeURIComponent(signature), digest: 'hex' }
    }
    if (id.startsWith('bybit')) {
        const { body, headers } = exchange.sign('unified/v3/private/order/create', 'private', 'POST', { symbol: 'BTCUSDT' })
        const before = headers['X-BAPI-TIMESTAMP'] + exchange.apiKey + headers['X-BAPI-RECV-WINDOW']
        return { message: Buffer.from(before + body), signature: headers['X-BAPI-SIGN'], digest: 'hex' }
    }
    if (id === 'kraken') {
        const { body, headers } = exchange.sign('AddOrder', 'private', 'POST', { pair: 'XBTUSD' })
        const nonce = body.match(/nonce=(\d+)/)[1]
        const hash = crypto.createHash('sha256').update(nonce + body).digest()
        const message = Buffer.concat([Buffer.from('/0/private/AddOrder'), hash])
        return { message, signature: headers['API-Sign'], digest: 'base64', hash: 'sha512', decodes: true }
    }
    const { body, headers } = exchange.sign('trade/order', 'private', 'POST', { instId: 'BTC-USDT' })
    const message = Buffer.from(headers['OK-ACCESS-TIMESTAMP'] + 'POST/api/v5/trade/order' + body)
    return { message, signature: headers['OK-ACCESS-SIGN'], digest: 'base64' }
}

// What the platform hands to ccxt for a credential: the text of the file of that name, or else the credential itself.
function textOf(credential) {
    try {
        fs.accessSync(credential, fs.constants.F_OK)
        return fs.readFileSync(credential, 'utf8')
    } catch {
        return credential
    }
}

function secretOf(testCase) {
    if ('path' in testCase) return textOf(testCase.path)
    return 'text' in testCase ? testCase.text : Buffer.from(testCase.file, 'base64').toString('utf8')
}

function verifies(publicKey, message, signature) {
    try {
        const key = crypto.createPublicKey(publicKey)
        if (key.asymmetricKeyType === 'ed25519') return crypto.verify(null, message, key, signature) && 'ed25519'
        return key.asymmetricKeyType === 'rsa' && crypto.verify('RSA-SHA256', message, key, signature) && 'rsa'
    } catch {
        return false
    }
}

function lengthOf(publicKey) {
    return Math.ceil((crypto.createPublicKey(publicKey).asymmetricKeyDetails.modulusLength || 0) / 8)
}

function outcome(testCase, exchange) {
    const id = testCase.exchange
    exchange.secret = secretOf(testCase)
    // jsencrypt drops a leading zero byte of the signature, once in 256 times: ask again for one of full length.
    for (let attempt = 1; ; attempt += 1) {
        let answer
        try {
            answer = ask(id, exchange)
        } catch (error) {
            return { signing: 'none', error: String(error && error.message) }
        }
        const { message, digest } = answer
        const signature = String(answer.signature) // jsencrypt answers the value false where it has no key
        const key = answer.decodes ? Buffer.from(exchange.secret, 'base64') : exchange.secret
        const mac = crypto.createHmac(answer.hash || 'sha256', key).update(message).digest(digest)
        if (mac === signature) return { signing: 'hmac' }
        // What 2.x makes of a secret that is no base64 is nobody's business; that it is an HMAC shows in its length.
        if (answer.decodes && Buffer.from(signature, 'base64').length === 64) return { signing: 'hmac' }
        const bytes = Buffer.from(signature, 'base64')
        const found = testCase.publics.map(publicKey => verifies(publicKey, message, bytes)).find(Boolean)
        if (found) return { signing: found }
        if (signature === 'false') return { signing: 'none', error: null, signature }
        const short = testCase.publics.some(publicKey => bytes.length < lengthOf(publicKey))
        if (!short || attempt >= (testCase.attempts || 4)) return { signing: 'none', error: null }
    }
}

async function main() {
    const packages = {}
    for (const name of process.argv.slice(2)) packages[name] = { ccxt: (await import(name)).default, exchanges: {} }
    const answer = cases => Object.fromEntries(Object.entries(packages).map(([name, { ccxt, exchanges }]) => [
        name,
        cases.map(testCase => {
            const id = testCase.exchange
            if (!(id in ccxt)) return { signing: 'none', error: 'exchangeClass is not a constructor' }
            exchanges[id] ??= new ccxt[id]({ apiKey: 'apiKey', password: 'password' })
            return outcome(testCase, exchanges[id])
        }),
    ]))
    for await (const line of require('readline').createInterface({ input: process.stdin, crlfDelay: Infinity })) {
        process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n')
    }
}

main()
