// Loads workspaces with the credentials code of a real Superalgos. usage: node loader_oracle.js CREDENTIALS_FUNCTIONS_JS
// One case a line on stdin, {workspace: text, vault: text or null, folder: whether My-Secrets exists}; one answer a
// line on stdout: the loaded workspace as text, or null where the platform's process would have ended.
const fs = require('fs'), os = require('os'), path = require('path')

global.SA = { nodeModules: { fs, path } }
const credentials = require(path.resolve(process.argv[2])).newFoundationsUtilitiesCredentials()
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'superalgos-rsa-oracle-'))
process.on('exit', () => fs.rmSync(home, { recursive: true }))
let count = 0

function load({ workspace, vault, folder }) {
  global.env = { PATH_TO_SECRETS: path.join(home, String(count++)) }
  if (folder) {
    fs.mkdirSync(global.env.PATH_TO_SECRETS)
    if (vault !== null) fs.writeFileSync(path.join(global.env.PATH_TO_SECRETS, 'workspace-credentials.json'), vault)
  }
  try {
    const payload = JSON.parse(Buffer.from(workspace))
    return JSON.stringify(credentials.loadExchangesCredentials(credentials.loadGithubCredentials(payload)))
  } catch (error) {
    return null
  } finally {
    fs.rmSync(global.env.PATH_TO_SECRETS, { recursive: true, force: true })
  }
}

for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(line => line)) {
  process.stdout.write(JSON.stringify(load(JSON.parse(line))) + '\n')
}
