import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'
import { freePort } from '../../harness/processes.ts'
import { banOf, type Finding, type Observer, type Verdict } from './observer.ts'
import { packaged, withLog } from './packages.ts'

const RUN = { maxBuffer: 100_000_000, timeout: 150_000 } as const
/** Of its profile `default_ip_remediation`. */
const BAN_MS = 4 * 3_600_000

/** What its Debian package enables for nginx when it is installed. */
const COLLECTIONS = ['nginx', 'base-http-scenarios', 'http-cve']
const PARSERS = [
  's00-raw/crowdsecurity/syslog-logs',
  's01-parse/crowdsecurity/nginx-logs',
  's02-enrich/crowdsecurity/http-logs',
  's02-enrich/crowdsecurity/dateparse-enrich',
  's02-enrich/crowdsecurity/whitelists',
]

export function crowdSec(): readonly Observer[] {
  const program = packaged('usr/bin/crowdsec')
  const tool = packaged('usr/bin/cscli')
  const share = packaged('usr/share/crowdsec')
  const settings = packaged('etc/crowdsec')
  if (!program || !tool || !share || !settings) return []
  const installed = { program, tool, share, settings }
  return [{ name: 'CrowdSec', watch: events => watch(installed, events) }]
}

interface Installed {
  readonly program: string
  readonly tool: string
  readonly share: string
  readonly settings: string
}

/** In its forensic mode, in which time is that of the log. */
function watch(installed: Installed, events: readonly SecurityEvent[]): Promise<Verdict> {
  const run = promisify(execFile)
  return withLog(events, async (log, folder) => {
    const settings = await configure(installed, folder)
    const machine = ['machines', 'add', 'benchmark', '--force', '--password', 'benchmark']
    await run(installed.tool, ['-c', settings, ...machine, '-f', join(folder, 'machine.yaml')])
    const source = ['-dsn', `file://${log}`, '-type', 'nginx', '-no-capi']
    const { stdout, stderr } = await run(installed.program, ['-c', settings, ...source], RUN)
    const { stderr: about } = await run(installed.program, ['-version'])
    const version = /version: v?([^-\s]+)/.exec(about)?.[1] ?? ''
    return { version: ['CrowdSec', version], ...verdictOf(`${stdout}${stderr}`, events) }
  })
}

async function configure({ share, settings }: Installed, folder: string): Promise<string> {
  const [enabled, data] = [join(folder, 'enabled'), join(folder, 'data')]
  const scenarios = (await Promise.all(COLLECTIONS.map(name => scenariosOf(share, name)))).flat()
  const parsers = PARSERS.map(name => `parsers/${name}.yaml`)
  for (const path of [...parsers, ...scenarios])
    await enable(join(share, 'hub', path), enabled, path)
  await cp(join(share, 'data'), data, { recursive: true })
  // One scenario asks for it by the name that it has where it comes from.
  await cp(join(data, 'path_traversal.txt'), join(data, 'http_path_traversal.txt'))
  for (const name of ['patterns', 'simulation.yaml', 'profiles.yaml']) {
    await symlink(join(settings, name), join(enabled, name))
  }
  const path = join(folder, 'config.yaml')
  await writeFile(path, JSON.stringify(configuration(folder, share, await freePort())))
  return path
}

async function scenariosOf(share: string, collection: string): Promise<readonly string[]> {
  const path = join(share, 'hub/collections/crowdsecurity', `${collection}.yaml`)
  const [, list = ''] = /^scenarios:\n((?: +- .*\n)+)/m.exec(await readFile(path, 'utf8')) ?? []
  return [...list.matchAll(/- (\S+)/g)].map(([, name]) => `scenarios/${name}.yaml`)
}

/** A stage has no folders of authors: two that have the same name would be one. */
async function enable(source: string, enabled: string, path: string): Promise<void> {
  const target = join(enabled, path, '../..')
  await mkdir(target, { recursive: true })
  await symlink(source, join(target, basename(path)))
}

/** JSON is YAML too. Its own server stands beside it, as usual, and it asks nobody in the world. */
function configuration(folder: string, share: string, port: number) {
  return {
    common: { daemonize: false, log_media: 'stdout', log_level: 'info' },
    config_paths: {
      config_dir: join(folder, 'enabled'),
      data_dir: join(folder, 'data'),
      simulation_path: join(folder, 'enabled/simulation.yaml'),
      hub_dir: join(share, 'hub'),
      index_path: join(share, 'hub/.index.json'),
    },
    crowdsec_service: { parser_routines: 1, acquisition_path: '/dev/null' },
    db_config: { type: 'sqlite', db_path: join(folder, 'alerts.db'), use_wal: true },
    prometheus: { enabled: false },
    api: {
      client: { credentials_path: join(folder, 'machine.yaml') },
      server: {
        listen_uri: `127.0.0.1:${port}`,
        profiles_path: join(folder, 'enabled/profiles.yaml'),
      },
    },
  }
}

const FOUND = /Ip (\S+) performed '([^']+)' \((\d+) events over [^)]*\) at (\S+ \S+) \+0000 UTC/g

function verdictOf(output: string, events: readonly SecurityEvent[]): Omit<Verdict, 'version'> {
  const found = [...output.matchAll(FOUND)].map(([, ip = '', by = '', count, at = '']) => {
    const atMs = Date.parse(`${at.replace(' ', 'T')}Z`)
    return { ip, by, atMs, afterEvents: eventsUntil(events, ip, atMs, Number(count)) }
  })
  return {
    findings: found.map(({ by, atMs, afterEvents }): Finding => {
      return { by, atMs, afterEvents, done: 'ban', wakes: false }
    }),
    bans: found.map(({ ip, atMs }) => banOf(ip, atMs, BAN_MS)),
  }
}

/** It tells the second, and how many events it took: the first event that can have been the last of them. */
function eventsUntil(
  events: readonly SecurityEvent[],
  ip: string,
  atMs: number,
  count: number,
): number {
  let own = 0
  const index = events.findIndex(event => {
    if (event.ip === ip) own++
    return own >= count && event.atMs >= atMs
  })
  return index + 1
}
