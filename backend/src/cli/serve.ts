import { type Config, type ConfigSources, readConfig } from '../config.ts'
import type { Arguments, Command, FlagSpec } from './command.ts'
import { EXIT } from './failure.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { createOpening } from './open-to-this-machine.ts'
import { postgrestDefaultsNotice, postgrestNotices } from './postgrest-notices.ts'
import { databaseNotice, openNotice, restUrl, serveUntilStopped } from './serving.ts'
import { type Fixed, readSources } from './settings.ts'
import { handleSignals } from './signals.ts'
import type { World } from './world.ts'

const REPLICA: FlagSpec = {
  name: '--replica',
  value: 'url',
  summary: 'A further node of the same database, to read from; once for each.',
}

/** The argument is a URL, or the configuration file that `postgrest` takes in its place. */
function fixedBy({ positionals: [argument], flags }: Arguments): Fixed {
  const replicas = flags.get(REPLICA.name)
  const nodes = replicas === undefined ? undefined : { '--database-replicas': replicas.join(',') }
  if (argument === undefined || !argument.includes('://')) {
    return { flags: { ...nodes }, ...(argument !== undefined && { configFile: argument }) }
  }
  const givenBy = { '--database-url': 'the argument of s-tier serve' }
  return { flags: { '--database-url': argument, ...nodes }, givenBy }
}

/** The configuration to start with. When it is wrong, what is set in vain is told too: it may be the reason. */
function firstConfig(sources: ConfigSources, world: World): Config {
  try {
    const config = readConfig(sources)
    if (config.database.url === undefined) throw new DatabaseMissingError()
    return config
  } catch (error) {
    for (const notice of postgrestNotices(sources)) world.err(`${notice}\n`)
    throw error
  }
}

/** Serves a database until it is told to stop. */
export const serve: Command = {
  name: 'serve',
  usage: '[postgres://… | postgrest.conf] [flags]',
  summary: 'Serve a database as an API.',
  flags: [REPLICA],
  takesOptions: true,
  positionalsMax: 1,
  examples: [
    's-tier serve postgres://authenticator:secret@localhost/app --database-anon-role anon',
    'DATABASE_URL=postgres://… STIER_JWT_SECRET=@/run/secrets/jwt s-tier serve --http-host 0.0.0.0',
    's-tier serve postgres://db1/app --replica postgres://db2/app --replica postgres://db3/app',
    's-tier serve postgrest.conf   # where PostgREST was; its variables PGRST_… are read too',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const signals = handleSignals(world.signals, world)
    const fixed = fixedBy(given)
    const sources = await readSources(given, world, fixed)
    const config = firstConfig(sources, world)
    const opening = createOpening(world.environment)
    await serveUntilStopped(config, world, signals, {
      onStarting(tell) {
        const defaults = postgrestDefaultsNotice(sources)
        if (defaults !== undefined) tell({ level: 'info', message: defaults })
        for (const message of postgrestNotices(sources)) tell({ level: 'warn', message })
      },
      async configure(settings) {
        const config = readConfig(await readSources(given, world, fixed, settings))
        return settings === undefined ? config : opening.applied(config)
      },
      onStarted(server, tell) {
        const say = (message: string) => tell({ level: 'info', message })
        for (const address of server.addresses) say(`Serving ${restUrl(address, config)}`)
        const { adminAddress, databaseSettings } = server
        if (adminAddress !== undefined) say(`Health is told at ${adminAddress}/ready`)
        if (databaseSettings.length > 0) say(databaseNotice(databaseSettings))
        if (opening.isOpen()) tell(openNotice(server.config))
      },
    })
    return EXIT.ok
  },
}
