// What `npm start` and `npm test` need before anything else: a Node that is new enough, the dependencies, the build.
// It runs before there are any dependencies, so it uses none.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(fileURLToPath(import.meta.url), '../../..')
const BUILT = join(ROOT, 'backend/dist/.built')
const NODE_MIN = [20, 19]
const PROGRESS_EVERY_MS = 5_000

/** Ends the process with a clear message when its Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return
  fail(`S-Tier needs Node.js ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`)
}

/** Runs `npm ci` unless what is installed is what the lock file says. */
export async function ensureInstalled() {
  if (isInstalled()) return
  const npm = process.env.npm_execpath
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']
  await run('Installing the dependencies', program, args)
}

/** Compiles the backend unless it was compiled after its last change. */
export async function ensureBuilt() {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built > newestSource()) return
  const began = new Date()
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  await run('Building', process.execPath, [compiler, '-p', 'backend/tsconfig.build.json'])
  writeFileSync(BUILT, `${began.toISOString()}\n`)
}

/** Chromium, where tests look for it; the first that is there. */
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Installs Chromium for the test of the page `/docs`, where that is possible: without a browser the test is skipped. */
export function ensureBrowser() {
  const isRoot = process.getuid?.() === 0
  if (process.env.STIER_TEST_CHROMIUM || BROWSERS.some(existsSync)) return
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return
  console.error('Installing Chromium for the tests …')
  const install = ['-c', `${APT} update && ${APT} install --no-install-recommends chromium`]
  const { status } = spawnSync('sh', install, { stdio: 'ignore', timeout: APT_MS })
  if (status !== 0) console.error('Chromium could not be installed: the test of /docs is skipped.')
}

const REDIS_MISSING = `There is no redis-server, and tests that need it fail. Install Redis 6 or newer
(apt-get install redis-server, brew install redis), or name it in STIER_TEST_REDIS.`

/** Installs Redis for the tests that need a real one, where that is possible: without it they fail. */
export function ensureRedis() {
  const isRoot = process.getuid?.() === 0
  const redis = process.env.STIER_TEST_REDIS ?? 'redis-server'
  if (spawnSync(redis, ['--version'], { stdio: 'ignore' }).status === 0) return
  if (isRoot && existsSync('/usr/bin/apt-get')) {
    console.error('Installing Redis for the tests …')
    const install = ['-c', `${APT} update; ${APT} install --no-install-recommends redis-server`]
    const { status } = spawnSync('sh', install, { stdio: 'ignore', timeout: APT_MS })
    if (status === 0) return
  }
  console.error(REDIS_MISSING)
}

const APT = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y'
const APT_MS = 240_000

/** Every package of the lock file that is not optional is there, in its version. */
function isInstalled() {
  const hidden = join(ROOT, 'node_modules/.package-lock.json')
  if (!existsSync(hidden)) return false
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      optional || !path.includes('node_modules/') || installed[path]?.version === version,
  )
}

/** When the youngest source was written. A folder's own time tells of files that were added, renamed or removed. */
function newestSource() {
  const source = join(ROOT, 'backend/src')
  const entries = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isDirectory() || !entry.name.endsWith('.test.ts'))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
  const settings = ['backend/tsconfig.build.json', 'tsconfig.base.json', 'package-lock.json']
  const paths = [...entries, source, ...settings.map(name => join(ROOT, name))]
  return Math.max(...paths.map(path => statSync(path).mtimeMs))
}

/** Runs a program in the repository and says what goes on; its output is shown when it fails. */
async function run(doing, program, args) {
  const began = Date.now()
  console.error(`${doing} …`)
  const ticker = setInterval(() => {
    console.error(`${doing} … ${Math.round((Date.now() - began) / 1000)} s`)
  }, PROGRESS_EVERY_MS)
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = []
  child.stdout.on('data', chunk => output.push(chunk))
  child.stderr.on('data', chunk => output.push(chunk))
  const code = await new Promise(done => {
    child.once('error', error => {
      output.push(Buffer.from(error.message))
      done(1)
    })
    child.once('close', done)
  })
  clearInterval(ticker)
  if (code !== 0) fail(`${Buffer.concat(output).toString().trim()}\n\n${doing} failed.`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
