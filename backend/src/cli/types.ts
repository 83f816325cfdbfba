import { databaseTypes } from '../api/typescript/index.ts'
import type { Arguments, Command } from './command.ts'
import { readDescribed, SCHEMA_FLAG } from './described-database.ts'
import { EXIT } from './failure.ts'
import type { World } from './world.ts'

/** Prints the `Database` type of a database for TypeScript clients. */
export const types: Command = {
  name: 'types',
  usage: '[postgres://…] [--schema a,b]',
  summary: 'Print the TypeScript type that createClient<Database>() of supabase-js takes.',
  flags: [SCHEMA_FLAG],
  takesOptions: true,
  positionalsMax: 1,
  examples: [
    's-tier types postgres://user:password@host/database > database.types.ts',
    's-tier types --schema public,reporting   # the database of DATABASE_URL',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [url] = given.positionals
    const config = await readDescribed('types', url, given, world)
    const { readCatalog } = await import('../database.ts') // Other commands do without a driver.
    world.out(databaseTypes(await readCatalog(config, world.clock)))
    return EXIT.ok
  },
}
