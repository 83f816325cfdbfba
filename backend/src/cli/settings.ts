import { type Config, type ConfigOptions, loadConfigFile, readConfig } from '../config.ts'
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
}

/** The configuration of a command: its flags, the environment, the configuration file. */
export async function readSettings(
  given: Arguments,
  { environment, directory }: Pick<World, 'environment' | 'directory'>,
  { flags = {}, givenBy, presets }: Fixed = {},
): Promise<Config> {
  const named = valueOf(given, '--config') ?? environment['STIER_CONFIG']
  const file = await loadConfigFile(directory, named === '' ? undefined : named)
  const typed = [...given.flags].map(([name, values]): [string, string] => [
    name,
    values.at(-1) ?? '',
  ])
  const all = new Map([...typed, ...Object.entries(flags)])
  return readConfig({ flags: all, givenBy, environment, file, presets })
}
