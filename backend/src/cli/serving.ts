import type { Config } from '../config.ts'
import { createObserver } from '../observations.ts'
import type { Configure, Server } from '../server.ts'
import { createLog, type Log } from '../capabilities/telemetry/index.ts'
import { withProgress } from './progress.ts'
import type { SignalHandling } from './signals.ts'
import type { World } from './world.ts'

/** What a command does around serving. */
export interface Serving {
  /** Makes the configuration anew, when it starts and when it reloads. Default: it stays as it is. */
  readonly configure?: Configure
  readonly onStarted: (server: Server) => void
}

/** Serves until a signal asks to stop: starts, calls `onStarted`, waits, lets requests in flight finish. */
export async function serveUntilStopped(
  config: Config,
  world: World,
  signals: SignalHandling,
  { configure, onStarted }: Serving,
): Promise<void> {
  const log = createLog(
    { level: config.log.level, format: formatOf(config, world) },
    { write: world.out },
  )
  const server = await start(config, configure, world, log)
  const stopped = signals.stopped()
  signals.onReload(() => void reload(server, log))
  onStarted(server)
  const name = await stopped
  log({
    level: 'info',
    message: `Stopping on ${name}: requests in flight finish, a second signal ends at once`,
  })
  await withProgress('Waiting for requests in flight', server.stop(name), world)
  log({ level: 'info', message: 'Stopped' })
}

async function start(
  config: Config,
  configure: Configure | undefined,
  world: World,
  log: Log,
): Promise<Server> {
  const createServer = await world.loadServer()
  const { level } = config.log
  const observe = createObserver(log, level === 'silent' ? 'error' : level)
  const creating = createServer(config, { clock: world.clock, observe, configure })
  const server = await withProgress('Connecting and reading the catalog', creating, world)
  try {
    await server.start()
  } catch (error) {
    await server.stop('it cannot listen') // Its database connections would keep the process alive.
    throw error
  }
  return server
}

async function reload(server: Server, log: Log): Promise<void> {
  if (await server.reload()) {
    log({
      level: 'info',
      message: 'Reloaded the configuration, the catalog and the keys of tokens',
    })
  } else {
    log({
      level: 'error',
      message: 'Not everything could be reloaded: what could not stays as it was',
    })
  }
}

function formatOf({ log }: Config, { isTerminal }: World): 'json' | 'text' {
  if (log.format !== 'auto') return log.format
  return isTerminal ? 'text' : 'json'
}

/** The URL under which relations are found. */
export function restUrl(address: string, { rest }: Config): string {
  return rest.prefix === '/' ? address : `${address}${rest.prefix}`
}

/** Which settings are the database's own. */
export function databaseNotice(settings: readonly string[]): string {
  return `Set by the database itself: ${settings.join(', ')}\n`
}

/** What is told when requests run as the role that logged in. */
export function openNotice({ database }: Config): string {
  return [
    `Nothing says who may ask what, so requests run as '${database.anonRole ?? ''}', the role that logged in. Only this`,
    'machine can ask, and no page of another origin may read the answers. For more than trying it out:',
    '  --database-anon-role name   the role of requests without a token',
    '  STIER_JWT_SECRET=secret     what tokens are checked with (at least 32 characters)',
    '',
  ].join('\n')
}
