import { PARAMETERS, settingOf } from './parameters.ts'

const NAMES: ReadonlyMap<string, string> = new Map(
  PARAMETERS.filter(({ inDatabase }) => inDatabase).map(({ name }) => [settingOf(name), name]),
)

/** The settings by which a database configures its server: `pgrst.db_schemas` and the others. */
export const SETTINGS: readonly string[] = Object.freeze([...NAMES.keys()])

/** What the settings of a database say: values by the names of parameters. Settings of other names are left out. */
export function settingParameters(
  settings: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...settings].flatMap(([setting, value]) => {
      const name = NAMES.get(setting)
      return name === undefined ? [] : [[name, value] as const]
    }),
  )
}
