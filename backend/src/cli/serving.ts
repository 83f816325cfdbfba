import type { Config } from '../config.ts'
import { createObserver } from '../observations.ts'
import type { Server } from '../server.ts'
import { createLog, type Log } from '../capabilities/telemetry/index.ts'
import { withProgress } from './progress.ts'
import type { SignalHandling } from './signals.ts'
import type { World } from './world.ts'

/** Serves until a signal asks to stop: starts, calls `onStarted`, waits, lets requests in flight finish. */
export async function serveUntilStopped(
  config: Config,
  world: World,
  signals: SignalHandling,
  onStarted: (server: Server) => void,
): Promise<void> {
  const log = createLog(
    { level: config.log.level, format: formatOf(config, world) },
    { write: world.out },
  )
  const server = await start(config, world, log)
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

async function start(config: Config, world: World, log: Log): Promise<Server> {
  const createServer = await world.loadServer()
  const creating = createServer(config, { clock: world.clock, observe: createObserver(log) })
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
    log({ level: 'info', message: 'Reloaded the catalog and the keys of tokens' })
  } else {
    log({ level: 'error', message: 'The catalog could not be read; what was there before stays' })
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
