import { execFile } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'
import { banOf, type Observer, type Verdict } from './observer.ts'
import { packaged, withLog } from './packages.ts'

const BANS = fileURLToPath(new URL('bans.py', import.meta.url))
const RUN = { maxBuffer: 100_000_000, timeout: 150_000 } as const

/** Those of its jails that read what a web server writes, as they come. */
const WEB_JAILS = [
  'nginx-http-auth',
  'nginx-limit-req',
  'nginx-botsearch',
  'nginx-bad-request',
  'php-url-fopen',
  'apache-badbots',
]

/** For it any answer of 401 is a failure. Its own web server writes logs of the same form. */
const ANY_401 = 'traefik-auth'

/** Twice: with and without that jail. They know nothing of each other, so one run is enough. */
export function fail2ban(): readonly Observer[] {
  const settings = packaged('etc/fail2ban')
  const code = packaged('usr/lib/python3/dist-packages/fail2ban')
  if (settings === undefined || code === undefined) return []
  const modules = join(code, '..')
  const runs = new WeakMap<readonly SecurityEvent[], Promise<Printed>>()
  const bansIn = (events: readonly SecurityEvent[]) => {
    const printed = runs.get(events) ?? findBans(settings, modules, events)
    runs.set(events, printed)
    return printed
  }
  const isWeb = ({ jail }: PrintedBan) => jail !== ANY_401
  return [
    { name: 'fail2ban', watch: async events => verdictOf(await bansIn(events), isWeb) },
    { name: 'fail2ban, any 401', watch: async events => verdictOf(await bansIn(events)) },
  ]
}

/** What bans.py prints; times in seconds. */
interface Printed {
  readonly version: string
  readonly bans: readonly PrintedBan[]
}

interface PrintedBan {
  readonly jail: string
  readonly ip: string
  readonly line: number
  readonly at: number
  readonly for: number
}

function findBans(
  settings: string,
  modules: string,
  events: readonly SecurityEvent[],
): Promise<Printed> {
  return withLog(events, async (log, folder) => {
    const own = await configure(settings, join(folder, 'fail2ban'), log)
    const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-B', BANS, own, log], {
      ...RUN,
      env: { ...process.env, PYTHONPATH: modules },
    })
    return JSON.parse(stdout) as Printed
  })
}

/** The package's own settings, and beside them what an operator writes. */
async function configure(settings: string, folder: string, log: string): Promise<string> {
  await mkdir(folder)
  for (const name of await readdir(settings)) {
    if (name !== 'jail.d') await symlink(join(settings, name), join(folder, name))
  }
  const sections = [...WEB_JAILS, ANY_401].map(jail => [
    `[${jail}]`,
    'enabled = true',
    `logpath = ${log}`,
  ])
  const lines = ['[DEFAULT]', 'backend = polling', 'mode = aggressive', ...sections.flat()]
  await writeFile(join(folder, 'jail.local'), `${lines.join('\n')}\n`)
  return folder
}

function verdictOf(printed: Printed, isAsked: (ban: PrintedBan) => boolean = () => true): Verdict {
  const bans = printed.bans.filter(isAsked)
  return {
    version: ['fail2ban', printed.version],
    findings: bans.map(({ at, line, jail }) => ({
      ...{ atMs: at * 1_000, afterEvents: line, by: jail, done: 'ban', wakes: false },
    })),
    bans: bans.map(ban => banOf(ban.ip, ban.at * 1_000, ban.for * 1_000)),
  }
}
