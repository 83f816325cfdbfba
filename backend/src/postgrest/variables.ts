import { APP_SETTINGS, parameterNamed, PARAMETERS, variableOfParameter } from './parameters.ts'

const PREFIX = 'PGRST_'
const APP_SETTINGS_PREFIX = variableOfParameter(APP_SETTINGS).slice(0, -1)

/** What the variables `PGRST_…` of an environment say. */
export interface VariableParameters {
  /** Values by the names of parameters, older names among them. */
  readonly values: ReadonlyMap<string, string>
  /** Variables that belong to no parameter. */
  readonly unknown: readonly string[]
}

/** Reads the variables of PostgREST. Empty ones count as none where an empty value means nothing. */
export function variableParameters(
  environment: Readonly<Record<string, string | undefined>>,
): VariableParameters {
  const values = new Map<string, string>()
  const unknown: string[] = []
  for (const variable of Object.keys(environment).sort()) {
    const value = environment[variable]
    if (!variable.startsWith(PREFIX) || value === undefined) continue
    const name = nameOf(variable)
    if (name === undefined) unknown.push(variable)
    else if (value !== '' || parameterNamed(name)?.mayBeEmpty === true) values.set(name, value)
  }
  return { values, unknown }
}

const NAMES: ReadonlyMap<string, string> = new Map(
  PARAMETERS.flatMap(({ name, aliases }) => [name, ...aliases]).map(name => [
    variableOfParameter(name),
    name,
  ]),
)

/** PostgreSQL takes the names of settings in any case, so the case of the variable may stay. */
function nameOf(variable: string): string | undefined {
  if (!variable.startsWith(APP_SETTINGS_PREFIX)) return NAMES.get(variable)
  const name = variable.slice(APP_SETTINGS_PREFIX.length)
  return name === '' ? undefined : `${APP_SETTINGS.slice(0, -1)}${name}`
}
