import { refuseOpenBinding } from '../config.ts'
import type { Arguments, Command } from './command.ts'
import { EXIT } from './failure.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { openToThisMachine } from './open-to-this-machine.ts'
import { postgrestNotices } from './postgrest-variables.ts'
import { openNotice, restUrl, serveUntilStopped } from './serving.ts'
import { readSettings } from './settings.ts'
import { handleSignals } from './signals.ts'
import type { World } from './world.ts'

const ARGUMENT = { '--database-url': 'the argument of s-tier serve' }

/** Serves a database until it is told to stop. */
export const serve: Command = {
  name: 'serve',
  usage: '[postgres://…] [flags]',
  summary: 'Serve a database as an API.',
  flags: [],
  takesOptions: true,
  positionalsMax: 1,
  examples: [
    's-tier serve postgres://authenticator:secret@localhost/app --database-anon-role anon',
    'DATABASE_URL=postgres://… STIER_JWT_SECRET=@/run/secrets/jwt s-tier serve --http-host 0.0.0.0',
    's-tier serve postgres://… --rest-prefix / --http-port 3000   # where PostgREST was',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const signals = handleSignals(world.signals, world)
    for (const notice of postgrestNotices(world.environment)) world.err(notice)
    const [url] = given.positionals
    const config = await readSettings(
      given,
      world,
      url === undefined ? {} : { flags: { '--database-url': url }, givenBy: ARGUMENT },
    )
    if (config.database.url === undefined) throw new DatabaseMissingError()
    refuseOpenBinding(config)
    const opened = openToThisMachine(config, world.environment)
    await serveUntilStopped(opened ?? config, world, signals, server => {
      for (const address of server.addresses) world.err(`Serving ${restUrl(address, config)}\n`)
      if (opened !== undefined) world.err(openNotice(opened))
    })
    return EXIT.ok
  },
}
