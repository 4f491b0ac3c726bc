// What a server gets as the API key, for each text that ccxt is given as one: in hexadecimal, null where nothing came.
import http from 'node:http';
const { default: ccxt } = await import(process.argv[2]);
let text = '';
for await (const part of process.stdin) text += part;
let got = null;
const server = http.createServer((request, response) => {
    got = Buffer.from(request.headers['x-mbx-apikey'], 'latin1').toString('hex');
    response.end('{}');
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}`;
const answers = [];
for (const apiKey of JSON.parse(text)) {
    const asked = new ccxt.binance({ apiKey, secret: 'S'.repeat(64), enableRateLimit: false });
    asked.agent = asked.httpAgent = asked.httpsAgent = new http.Agent();
    for (const name of Object.keys(asked.urls.api)) {
        asked.urls.api[name] = String(asked.urls.api[name]).replace(/https?:\/\/[^/]+/, base);
    }
    got = null;
    try {
        await asked.request('account', 'private', 'GET', {});
    } catch (error) { /* got says whether anything came */ }
    answers.push(got);
}
console.log(JSON.stringify(answers));
process.exit(0);
