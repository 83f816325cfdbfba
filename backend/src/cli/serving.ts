import type { Config, Configure } from '../config.ts'
import { createObserver } from '../observations.ts'
import type { Server } from '../server.ts'
import { createLog, type Log } from '../capabilities/telemetry/index.ts'
import { type ProgressTelling, withProgress } from './progress.ts'
import type { SignalHandling } from './signals.ts'
import type { World } from './world.ts'

/** What a command does around serving. */
export interface Serving {
  /** Makes the configuration anew, when it starts and when it reloads. Default: it stays as it is. */
  readonly configure?: Configure
  /** Before anything is opened. */
  readonly onStarting?: (tell: Tell) => void
  readonly onStarted: (server: Server, tell: Tell) => void
}

/** What the one who starts a server is to know: an entry of the log, and what only a person wants to read beside it. */
export interface Notice {
  readonly level: 'info' | 'warn'
  readonly message: string
  /** Further lines, each with its line break. */
  readonly more?: string
}

/**
 * Tells a notice. Where the log is JSON it is an entry there, so that nothing else stands between them; where the log is
 * text a line on the standard error, whatever the level.
 */
export type Tell = (notice: Notice) => void

function createTell(format: 'json' | 'text', log: Log, { err }: Pick<World, 'err'>): Tell {
  if (format === 'json') return ({ level, message }) => log({ level, message })
  return ({ message, more = '' }) => err(`${message}\n${more}`)
}

/** Serves until a signal asks to stop: starts, calls `onStarting` and `onStarted`, waits, lets requests in flight finish. */
export async function serveUntilStopped(
  config: Config,
  world: World,
  signals: SignalHandling,
  { configure, onStarting, onStarted }: Serving,
): Promise<void> {
  const format = formatOf(config, world)
  const log = createLog({ level: config.log.level, format }, { write: world.out })
  const tell = createTell(format, log, world)
  const progress = { clock: world.clock, tell }
  onStarting?.(tell)
  const server = await start(config, configure, world, log, progress)
  const stopped = signals.stopped()
  signals.onReload(() => void reload(server, log))
  onStarted(server, tell)
  const name = await stopped
  log({
    level: 'info',
    message: `Stopping on ${name}: requests in flight finish, a second signal ends at once`,
  })
  await withProgress('Waiting for requests in flight', server.stop(name), progress)
  log({ level: 'info', message: 'Stopped' })
}

async function start(
  config: Config,
  configure: Configure | undefined,
  world: World,
  log: Log,
  progress: ProgressTelling,
): Promise<Server> {
  const createServer = await world.loadServer()
  const { level } = config.log
  const observe = createObserver(log, level === 'silent' ? 'error' : level)
  const creating = createServer(config, { clock: world.clock, observe, configure })
  const server = await withProgress('Connecting and reading the catalog', creating, progress)
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

/** How this world's log is written. */
export function formatOf({ log }: Config, { isTerminal }: World): 'json' | 'text' {
  if (log.format !== 'auto') return log.format
  return isTerminal ? 'text' : 'json'
}

/** The URL under which relations are found. */
export function restUrl(address: string, { rest }: Config): string {
  return rest.prefix === '/' ? address : `${address}${rest.prefix}`
}

/** Which settings are the database's own. */
export function databaseNotice(settings: readonly string[]): string {
  return `Set by the database itself: ${settings.join(', ')}`
}

/** What is told when requests run as the role that logged in. */
export function openNotice({ database }: Config): Notice {
  const role = database.anonRole ?? ''
  const message = `Nothing says who may ask what, so requests run as '${role}', the role that logged in.`
  const more = [
    'Only this machine can ask, and no page of another origin may read the answers. For more than trying it out:',
    '  --database-anon-role name   the role of requests without a token',
    '  STIER_JWT_SECRET=secret     what tokens are checked with (at least 32 characters)',
    '',
  ].join('\n')
  return { level: 'warn', message, more }
}
