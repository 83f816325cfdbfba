import {
  type Config,
  type ConfigOptions,
  type ConfigSources,
  type DatabaseSettings,
  loadConfigFile,
  readConfig,
} from '../config.ts'
import { type Arguments, valueOf } from './command.ts'
import type { World } from './world.ts'

/** What a command itself fixes. */
export interface Fixed {
  /** Stronger than everything else, by flag. */
  readonly flags?: Readonly<Record<string, string>>
  /** How those were really given, for messages: `--database-url` → `the argument`. */
  readonly givenBy?: Readonly<Record<string, string>>
  /** Weaker than everything but the defaults. */
  readonly presets?: ConfigOptions
  /** The file to read, whatever the flag and the variable say. */
  readonly configFile?: string
}

/** The configuration of a command: its flags, the environment, the configuration file. */
export async function readSettings(
  given: Arguments,
  world: Pick<World, 'environment' | 'directory'>,
  fixed?: Fixed,
): Promise<Config> {
  return readConfig(await readSources(given, world, fixed))
}

/** Everything that a command is told, read now, beside what the database says. */
export async function readSources(
  given: Arguments,
  { environment, directory }: Pick<World, 'environment' | 'directory'>,
  { flags = {}, givenBy, presets, configFile }: Fixed = {},
  database?: DatabaseSettings,
): Promise<ConfigSources> {
  const named = configFile ?? valueOf(given, '--config') ?? environment['STIER_CONFIG']
  const file = await loadConfigFile(directory, named === '' ? undefined : named, environment)
  const typed = [...given.flags].map(([name, values]): [string, string] => [
    name,
    values.at(-1) ?? '',
  ])
  const all = new Map([...typed, ...Object.entries(flags)])
  return { flags: all, givenBy, database, environment, file, presets }
}
