import { nearest } from '../base/index.ts'
import { type ConfigSources, isConfiguredAsPostgrest } from '../config.ts'
import {
  PARAMETERS,
  parameterNamed,
  variableOfParameter,
  variableParameters,
} from '../postgrest/index.ts'

const VARIABLES: readonly string[] = PARAMETERS.map(({ name }) => variableOfParameter(name))

/**
 * What somebody who comes from PostgREST is told at the start, a line each: that its defaults hold, and which of its
 * parameters are set without having an effect.
 */
export function postgrestNotices(sources: ConfigSources): readonly string[] {
  const { environment = {}, file } = sources
  const { values, unknown } = variableParameters(environment)
  return [
    ...(isConfiguredAsPostgrest(sources) ? [AS_POSTGREST] : []),
    ...unknown.filter(variable => environment[variable] !== '').map(unknownVariable),
    ...[...values.keys()].flatMap(name => unserved(variableOfParameter(name), name)),
    ...[...(file?.parameters?.keys() ?? [])].flatMap(name => ofFile(name, file?.path ?? '')),
  ]
}

const AS_POSTGREST =
  'Configured by the names of PostgREST, so its defaults hold: every network, relations at the root\n'

function unknownVariable(variable: string): string {
  const similar = nearest(variable, VARIABLES)
  const hint = similar === undefined ? '' : ` Perhaps you meant ${similar}.`
  return `${variable} is set, but PostgREST has no such parameter.${hint}\n`
}

function unserved(shown: string, name: string): readonly string[] {
  const reason = parameterNamed(name)?.reason
  return reason === undefined ? [] : [`${shown} is set, but it is not read: ${reason}\n`]
}

function ofFile(name: string, path: string): readonly string[] {
  if (parameterNamed(name) !== undefined) return unserved(`${name} in ${path}`, name)
  const similar = nearest(
    name,
    PARAMETERS.map(each => each.name),
  )
  const hint = similar === undefined ? '' : ` Perhaps you meant ${similar}.`
  return [`${name} in ${path} is set, but PostgREST has no such parameter.${hint}\n`]
}
