import { refuseOpenBinding } from '../config.ts'
import type { Arguments, Command } from './command.ts'
import { EXIT } from './failure.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { restUrl, serveUntilStopped, warningOf } from './serving.ts'
import { readSettings } from './settings.ts'
import { handleSignals } from './signals.ts'
import type { World } from './world.ts'

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
    const [url] = given.positionals
    const config = await readSettings(
      given,
      world,
      url === undefined ? {} : { flags: { '--database-url': url } },
    )
    if (config.database.url === undefined) throw new DatabaseMissingError()
    refuseOpenBinding(config)
    await serveUntilStopped(config, world, signals, server => {
      for (const address of server.addresses) world.err(`Serving ${restUrl(address, config)}\n`)
      world.err(warningOf(config) ?? '')
    })
    return EXIT.ok
  },
}
