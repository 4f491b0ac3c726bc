// Loads and saves workspaces with the credentials code of a real Superalgos. usage: node loader_oracle.js
// CREDENTIALS_FUNCTIONS_JS. One case a line on stdin, {workspace: text, vault: text or null, folder: whether My-Secrets
// exists}; one answer a line on stdout: null where the platform's process would have ended, else {loaded: the workspace
// as text, saved: the same as it is then saved, vault: its text after that}; the last two are null where a save fails.
const fs = require('fs'), os = require('os'), path = require('path')

global.SA = { nodeModules: { fs, path } }
const credentials = require(path.resolve(process.argv[2])).newFoundationsUtilitiesCredentials()
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'superalgos-rsa-oracle-'))
process.on('exit', () => fs.rmSync(home, { recursive: true }))
let count = 0

function answer({ workspace, vault, folder }) {
  global.env = { PATH_TO_SECRETS: path.join(home, String(count++)) }
  const file = path.join(global.env.PATH_TO_SECRETS, 'workspace-credentials.json')
  if (folder) {
    fs.mkdirSync(global.env.PATH_TO_SECRETS)
    if (vault !== null) fs.writeFileSync(file, vault)
  }
  try {
    const loaded = load(workspace)
    return loaded === null ? null : { loaded, ...save(loaded, file) }
  } finally {
    fs.rmSync(global.env.PATH_TO_SECRETS, { recursive: true, force: true })
  }
}

function load(workspace) {
  try {
    const payload = JSON.parse(Buffer.from(workspace))
    return JSON.stringify(credentials.loadExchangesCredentials(credentials.loadGithubCredentials(payload)))
  } catch (error) {
    return null
  }
}

function save(loaded, file) {
  try {
    const payload = JSON.parse(loaded)
    const saved = JSON.stringify(credentials.storeExchangesCredentials(credentials.storeGithubCredentials(payload)))
    return { saved, vault: fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '[]' }
  } catch (error) {
    return { saved: null, vault: null }
  }
}

for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(line => line)) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n')
}
