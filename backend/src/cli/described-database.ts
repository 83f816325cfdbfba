import type { Config } from '../config.ts'
import { type Arguments, type FlagSpec, valueOf } from './command.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { readSettings } from './settings.ts'
import type { World } from './world.ts'

/** For commands that describe a database: which of its schemas. */
export const SCHEMA_FLAG: FlagSpec = {
  name: '--schema',
  value: 'a,b',
  summary: 'The schemas, the default one first. As database.schemas, which is the default.',
}

/**
 * The configuration of a command that describes a database: its URL may be an argument, its schemas `SCHEMA_FLAG`.
 * Throws ST012 when nothing says which database.
 */
export async function readDescribed(
  command: string,
  url: string | undefined,
  given: Arguments,
  world: World,
): Promise<Config> {
  const schemas = valueOf(given, '--schema')
  const config = await readSettings(given, world, {
    flags: {
      ...(url !== undefined && { '--database-url': url }),
      ...(schemas !== undefined && { '--database-schemas': schemas }),
    },
    givenBy: {
      '--database-url': `the argument of s-tier ${command}`,
      '--database-schemas': '--schema',
    },
  })
  if (config.database.url === undefined) throw new DatabaseMissingError(command)
  return config
}
