import { option } from '../base/index.ts'
import { APP_SETTINGS, isAppSetting, type Parameter, parameterFor } from './parameters.ts'

/** One place that sets parameters: the environment, a file, the database. */
export interface ParameterSource {
  /** Values by the names of parameters, older names among them. */
  readonly values: ReadonlyMap<string, string>
  /** How this place calls a parameter, for messages: `PGRST_DB_POOL`. */
  readonly nameOf: (parameter: string) => string
}

export interface ParameterValue {
  readonly value: unknown
  /** Where it was given, for messages. */
  readonly source: string
}

/**
 * What a place says about an option; undefined: nothing, or no parameter has the part of this option. Throws ST001 for
 * a value that is none in PostgREST's notation.
 */
export function parameterValue(name: string, place: ParameterSource): ParameterValue | undefined {
  const parameter = parameterFor(name)
  if (parameter === undefined) return undefined
  if (parameter.name === APP_SETTINGS) return appSettings(place)
  const used = [parameter.name, ...parameter.aliases].find(each => isSaid(parameter, each, place))
  if (used === undefined) return undefined
  const source = place.nameOf(used)
  const value = option.checked(name, parameter.notation, place.values.get(used), source)
  return { value, source }
}

function isSaid({ mayBeEmpty }: Parameter, name: string, { values }: ParameterSource): boolean {
  const text = values.get(name)
  return text !== undefined && (text !== '' || mayBeEmpty)
}

function appSettings({ values, nameOf }: ParameterSource): ParameterValue | undefined {
  const settings = [...values].filter(([name]) => isAppSetting(name))
  if (settings.length === 0) return undefined
  return { value: Object.fromEntries(settings), source: nameOf(APP_SETTINGS) }
}
