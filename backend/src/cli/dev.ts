import type { Arguments, Command } from './command.ts'
import { devBanner } from './dev-banner.ts'
import {
  DIRECTORY_FLAG,
  dataDirectory,
  developmentSecret,
  secretPath,
} from './development-secret.ts'
import { EXIT } from './failure.ts'
import { formatOf, serveUntilStopped } from './serving.ts'
import { readSettings } from './settings.ts'
import { handleSignals } from './signals.ts'
import type { DevDatabase } from './embedded/index.ts'
import type { World } from './world.ts'

/** Serves the sample store from a PostgreSQL of one's own. */
export const dev: Command = {
  name: 'dev',
  usage: '[flags]',
  summary: 'Start a PostgreSQL with the sample store in it and serve that.',
  flags: [
    { name: '--reset', summary: 'Throw the sample database away and make it anew.' },
    DIRECTORY_FLAG,
  ],
  takesOptions: true,
  positionalsMax: 0,
  examples: ['s-tier dev', 's-tier dev --reset --http-port 8080'],

  async run(given: Arguments, world: World): Promise<number> {
    const signals = handleSignals(world.signals, world)
    const directory = dataDirectory(given, world)
    const secret = await developmentSecret(secretPath(directory))
    const database = await startDatabase(given, directory, world)
    try {
      const config = await readSettings(given, world, fixed(database, secret))
      await serveUntilStopped(config, world, signals, {
        onStarted({ addresses, cacheStatus }) {
          const write = formatOf(config, world) === 'json' ? world.err : world.out
          write(devBanner(addresses[0] ?? '', config, database, cacheStatus))
        },
      })
    } finally {
      await database.stop()
    }
    return EXIT.ok
  },
}

function startDatabase(given: Arguments, directory: string, world: World): Promise<DevDatabase> {
  const report = (line: string) => world.err(`${line}\n`)
  return world.startDevDatabase({ directory, reset: given.flags.has('--reset'), report })
}

/** The database is the one just started, whatever the environment says; the rest can be overruled. */
function fixed({ url }: DevDatabase, secret: string) {
  return {
    flags: { '--database-url': url },
    presets: {
      database: {
        anonRole: 'anon',
        schemas: ['public', 'reporting'],
        planEnabled: true,
        transactionEnd: 'commit-allow-override', // So that what is tried need not stay: Prefer: tx=rollback.
      },
      jwt: { secret },
      log: { format: 'text', level: 'warn' },
      http: { serverTiming: true },
    },
  } as const
}
