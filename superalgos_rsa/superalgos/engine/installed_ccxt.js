'use strict'
// Asks the installed ccxt itself, offline, for any of its exchanges: lets the real class build the private request that
// an order needs, catches it before the network, and tells how it was signed. Reads {mark, cases} from stdin, a case
// being {exchange, credentials, publicKeys, whole}; writes the mark and then one answer a case to stdout, where ccxt may
// have written before. `package` names another package than ccxt, and `tell` adds messages, which may quote a secret:
// both are for tests. No key leaves this process.

const crypto = require('crypto')
const dgram = require('dgram')
const dns = require('dns')
const fs = require('fs')
const Module = require('module')
const net = require('net')

const NO_CCXT = 3, BROKEN_CCXT = 4
const STEP_LIMIT = 5000 // milliseconds; a step that waits for something waits for the network

const SIGNERS = ['hmac', 'jwt', 'rsa', 'ecdsa', 'eddsa', 'axolotl'] // each takes a message and a key
const PRIVATE_KEY_SIGNERS = new Set(['rsa', 'ecdsa', 'eddsa', 'axolotl'])

// ---- Everything that ccxt signs goes through a few functions of its own, in two files: what they are given is noted.

const calls = []
let depth = 0, failed

function noted(name, real) {
    return function (...given) {
        const call = { name, message: given[0], key: name === 'hash' ? undefined : given[1], output: undefined }
        if (depth === 0) calls.push(call) // of a function that calls another one, the outer one tells more
        depth += 1
        try {
            return call.output = real.apply(this, given)
        } catch (error) {
            failed = error
            throw error
        } finally {
            depth -= 1
        }
    }
}

function watchSigning() {
    const load = Module._extensions['.js']
    Module._extensions['.js'] = (module, filename) => {
        load(module, filename)
        if (!/[\\/]base[\\/]functions[\\/](crypto|rsa)\.js$/.test(filename)) return
        for (const name of ['hash', ...SIGNERS]) {
            if (typeof module.exports[name] === 'function') module.exports[name] = noted(name, module.exports[name])
        }
    }
}

// ---- A private request, as the platform's orders make it.

class Caught extends Error {}

const AMOUNTS = { min: 0, max: 1e9 }

function fakeMarket(exchange) {
    const step = exchange.precisionMode === 4 ? 0.0001 : 4 // a tick size, or a number of digits
    return {
        id: 'BTCUSDT', lowercaseId: 'btcusdt', uppercaseId: 'BTCUSDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT',
        baseId: 'BTC', quoteId: 'USDT', baseNumericId: 1, quoteNumericId: 2, numericId: 1, type: 'spot', spot: true,
        margin: false, swap: false, future: false, option: false, contract: false, active: true, taker: 0.001,
        maker: 0.001, precision: { amount: step, price: step, base: step, quote: step, cost: step },
        limits: { amount: AMOUNTS, price: AMOUNTS, cost: AMOUNTS, leverage: {} },
        info: { id: 1, orderTypes: ['LIMIT', 'MARKET'], order_types: ['LIMIT'], filters: [] },
    }
}

function prepared(exchange) {
    const currency = (code, numericId) => ({ id: code, code, numericId, precision: exchange.precisionMode === 4 ? 1e-8 : 8 })
    const market = fakeMarket(exchange)
    exchange.setMarkets([market], { BTC: currency('BTC', 1), USDT: currency('USDT', 2) })
    exchange.loadMarkets = async () => exchange.markets
    exchange.throttle = async () => {}
    return market.symbol
}

// Endpoints of the class, the likeliest private ones first.
function endpoints(api, group = []) {
    const found = []
    for (const [name, value] of Object.entries(api || {})) {
        if (/^(get|post|put|delete|patch)$/i.test(name)) {
            const paths = Array.isArray(value) ? value : Object.keys(value)
            found.push(...paths.map(path => ({ path, method: name.toUpperCase(), group })))
        } else if (value && typeof value === 'object' && !Array.isArray(value)) {
            found.push(...endpoints(value, [...group, name]))
        }
    }
    const rank = ({ path, group }) => (/private/i.test(group.join()) ? 0 : 2) + (/order|balance|account/i.test(path) ? 0 : 1)
    return found.sort((one, other) => rank(one) - rank(other))
}

function* steps(exchange, attempt) {
    yield async () => exchange.createOrder(prepared(exchange), 'limit', 'buy', attempt, 10000)
    yield async () => exchange.fetchBalance()
    for (const { path, method, group } of endpoints(exchange.api)) {
        yield async () => {
            exchange.sign(path, group.length === 1 ? group[0] : group, method, {})
            throw new Caught()
        }
    }
}

function withinLimit(promise) {
    let timer
    const late = new Promise((_, reject) => timer = setTimeout(() => reject(new Error('no end')), STEP_LIMIT))
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// Which fields of the credential the class reads, beside the check that they are there.
function watchFields(exchange, read) {
    let checking = 0
    for (const field of Object.keys(exchange.requiredCredentials || {})) {
        let value = exchange[field]
        const get = () => (checking === 0 && read.add(field), value)
        Object.defineProperty(exchange, field, { get, set: given => value = given, enumerable: true, configurable: true })
    }
    const check = exchange.checkRequiredCredentials
    if (typeof check === 'function') exchange.checkRequiredCredentials = (...given) => {
        checking += 1
        try {
            return check.apply(exchange, given)
        } finally {
            checking -= 1
        }
    }
}

// {request} that was caught, {error} that the credential is to blame for, or nothing that tells anything.
async function outcome(step, exchange, read) {
    calls.length = 0
    read.clear()
    let signing = false, request
    const sign = exchange.sign
    exchange.sign = (...given) => {
        signing = true
        request = sign.apply(exchange, given)
        signing = false
        return request
    }
    try {
        await withinLimit(step())
    } catch (error) {
        if (error instanceof Caught) return read.has('secret') || read.has('apiKey') ? { request, read: [...read] } : {}
        const blamed = signing || error === failed || inherits(error, 'AuthenticationError') || inherits(error, 'PermissionDenied')
        return blamed ? { error, read: [...read] } : { unclear: error }
    } finally {
        delete exchange.sign
    }
    return {}
}

function inherits(error, name) {
    for (let type = error?.constructor; typeof type === 'function'; type = Object.getPrototypeOf(type)) {
        if (type.name === name) return true
    }
    return false
}

async function privateRequest(ccxt, question, attempt) {
    const { apiKey, secret, uid, password, ...more } = question.credentials
    const given = { apiKey: textOf(apiKey), secret: textOf(secret), uid, password, ...more }
    const exchange = new ccxt[question.exchange]({ ...given, enableRateLimit: false })
    exchange.fetch = () => Promise.reject(new Caught())
    const read = new Set()
    watchFields(exchange, read)
    let unclear
    for (const step of steps(exchange, attempt)) {
        const found = await outcome(step, exchange, read)
        if (found.request || found.error) return { ...found, secret: String(given.secret ?? '') }
        unclear ??= found.unclear
    }
    return { unclear }
}

// As the task server does it: the text of the file of that name, or else the value itself.
function textOf(value) {
    try {
        fs.accessSync(value, fs.constants.F_OK)
        return fs.readFileSync(value, 'utf8')
    } catch {
        return value
    }
}

// ---- How the request was signed.

// A text, an array of bytes, or what the ccxt of 2.x makes of one.
function bytesOf(value) {
    if (Array.isArray(value?.words)) {
        return Buffer.from(Array.from({ length: value.sigBytes }, (_, at) => value.words[at >>> 2] >>> (24 - (at % 4) * 8)))
    }
    return typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value) ? Buffer.from(value) : Buffer.alloc(0)
}

// The bytes that clean base64 stands for; breaks and a missing end of it do not change them.
function base64Bytes(text) {
    const digits = text.replace(/\s/g, '').replace(/=+$/, '')
    return /^[A-Za-z0-9+/]+$/.test(digits) && digits.length % 4 !== 1 ? Buffer.from(digits, 'base64') : undefined
}

// `text`: the secret as it is, or a hash of it; `base64`: the bytes it stands for; `other`: anything else made of it.
function keyOf(call, secret) {
    const key = bytesOf(call.key), decoded = base64Bytes(secret)
    if (key.equals(Buffer.from(secret)) || hashesOf(secret).some(hash => hash.equals(key))) return 'text'
    return decoded?.equals(key) ? 'base64' : 'other'
}

function hashesOf(secret) {
    return calls.filter(call => call.name === 'hash' && bytesOf(call.message).includes(secret)).map(call => bytesOf(call.output))
}

function sentAsItIs({ url, headers, body }, { apiKey }, secret) {
    const sent = [url, ...Object.values(headers || {}), body].map(String)
    const basic = Buffer.from(`${apiKey}:${secret}`).toString('base64')
    return sent.some(part => part.includes(secret) || part.includes(encodeURIComponent(secret)) || part.includes(basic))
}

function verified(publicKey, message, signature, curve) {
    try {
        const key = crypto.createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
        const type = key.asymmetricKeyType
        if (type === 'ed25519') return crypto.verify(null, message, key, signature) && type
        if (type === 'rsa') return ['sha256', 'sha512', 'sha384'].some(hash => crypto.verify(hash, message, key, signature)) && type
        if (curve && key.asymmetricKeyDetails.namedCurve !== curve) return false
        return type === 'ec' && crypto.verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature) && 'ecdsa'
    } catch {
        return false
    }
}

function signatureOf({ name, message, output }) {
    if (name === 'jwt') {
        const [token, signature] = String(output).split(/\.(?=[^.]*$)/)
        // Of a token that says ES256 the receiver uses this curve, whatever the signer did.
        return { message: Buffer.from(token), signature: Buffer.from(signature, 'base64url'), curve: 'prime256v1' }
    }
    if (name === 'ecdsa') {
        const digits = [output?.r, output?.s].map(number => String(number).padStart(64, '0')).join('')
        return { message: bytesOf(message), signature: Buffer.from(digits, 'hex') }
    }
    return { message: bytesOf(message), signature: Buffer.from(String(output), 'base64') }
}

const isPrivateKeyCall = ({ name, output }) => PRIVATE_KEY_SIGNERS.has(name) || (name === 'jwt' && !/^HS/.test(algorithm(output)))

function algorithm(token) {
    try {
        return JSON.parse(Buffer.from(String(token).split('.')[0], 'base64url')).alg
    } catch {
        return ''
    }
}

function signing(request, question, secret) {
    const call = calls.find(isPrivateKeyCall)
    if (call) {
        const { message, signature, curve } = signatureOf(call)
        const type = question.publicKeys.map(publicKey => verified(publicKey, message, signature, curve)).find(Boolean)
        if (type) return { signing: type, key: 'private' }
        // jsencrypt drops a leading zero byte of a signature, once in 256 times: another order gives one of full length.
        const short = signature.length % 64 !== 0 && call.output !== false
        return { signing: question.whole || call.output === false ? 'none' : null, key: 'private', short }
    }
    const keyed = calls.filter(({ name }) => SIGNERS.includes(name)).map(each => keyOf(each, secret))
    if (keyed.length > 0) return { signing: 'hmac', key: ['text', 'base64', 'other'].find(kind => keyed.includes(kind)) }
    if (hashesOf(secret).length > 0 || sentAsItIs(request, question.credentials, secret)) return { signing: 'hmac', key: 'text' }
    return { signing: null, key: null }
}

// ---- Answers.

function refusal(error) {
    const missing = /requires (?:an? )?"(\w+)" credential/.exec(String(error?.message))
    return { signing: 'none', key: null, error: String(error?.constructor?.name), missing: missing ? missing[1] : null }
}

const isExchange = (ccxt, id) => Object.hasOwn(ccxt, id) && typeof ccxt[id] === 'function' && (!Array.isArray(ccxt.exchanges) || ccxt.exchanges.includes(id))

async function answer(ccxt, question, tell) {
    const id = question.exchange
    if (!isExchange(ccxt, id)) return { signing: 'none', key: null, error: 'TypeError', missing: null }
    const said = error => tell && error ? { message: String(error.message) } : {}
    try {
        for (let attempt = 1; ; attempt += 1) {
            const { request, error, unclear, read, secret } = await privateRequest(ccxt, question, attempt)
            if (error) return { ...refusal(error), ...said(error), ...tell && { read } }
            if (!request) return { signing: null, key: null, error: null, missing: null, ...said(unclear) }
            if (!read.includes('secret')) return { signing: null, key: 'unused', error: null, missing: null }
            const { short, ...found } = signing(request, question, secret)
            if (!short || attempt === 4) return { ...found, error: null, missing: null, ...tell && { read } }
        }
    } catch (error) {
        return { ...refusal(error), ...said(error) }
    }
}

// What a class does beside `fetch` reaches no machine either.
function cutOff() {
    const refuse = () => { throw new Caught() }
    net.Socket.prototype.connect = refuse
    dgram.Socket.prototype.send = dgram.Socket.prototype.connect = refuse
    for (const of of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
        for (const name of Object.keys(Object.getOwnPropertyDescriptors(of))) {
            if (/^(lookup|resolve|reverse)/.test(name)) of[name] = refuse
        }
    }
}

function load(name) {
    try {
        return require(name) // this text is evaluated, so it is looked for where the task server looks: in the cwd
    } catch (error) {
        process.exit(error?.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${name}'`) ? NO_CCXT : BROKEN_CCXT)
    }
}

async function main() {
    const { mark, cases, tell = false, package: name = 'ccxt' } = JSON.parse(fs.readFileSync(0, 'utf8'))
    process.on('unhandledRejection', () => {}) // of several requests at once, one is caught and the others end so
    cutOff()
    watchSigning()
    const ccxt = load(name)
    const answers = []
    for (const question of cases) answers.push(await answer(ccxt, question, tell))
    process.stdout.write(`\n${mark}${JSON.stringify(answers)}\n`, () => process.exit(0))
}

main()
