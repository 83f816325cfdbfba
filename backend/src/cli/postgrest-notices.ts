import { nearest } from '../base/index.ts'
import { type ConfigSources, lineOf, postgrestDefaultsIn } from '../config.ts'
import {
  PARAMETERS,
  parameterNamed,
  variableOfParameter,
  variableParameters,
} from '../postgrest/index.ts'

const VARIABLES: readonly string[] = PARAMETERS.map(({ name }) => variableOfParameter(name))

/** What somebody who comes from PostgREST is told at the start: that its defaults hold, as far as they do. */
export function postgrestDefaultsNotice(sources: ConfigSources): string | undefined {
  const isIn = new Set(postgrestDefaultsIn(sources))
  const told = [...TOLD].filter(([name]) => isIn.has(name)).map(([, text]) => text)
  if (told.length === 0) return undefined
  return `Configured by the names of PostgREST, so its defaults hold: ${told.join(', ')}`
}

const TOLD: ReadonlyMap<string, string> = new Map([
  ['database.url', "the database of libpq's variables"],
  ['http.host', 'every network'],
  ['rest.prefix', 'relations at the root'],
])

/** Which parameters of PostgREST are set without having an effect, a sentence each. */
export function postgrestNotices({ environment = {}, file }: ConfigSources): readonly string[] {
  const { values, unknown } = variableParameters(environment)
  return [
    ...unknown.filter(variable => environment[variable] !== '').map(unknownVariable),
    ...[...values.keys()].flatMap(name => unserved(variableOfParameter(name), name)),
    ...[...(file?.parameters?.keys() ?? [])].flatMap(name => ofFile(name, lineOf(name, file))),
  ]
}

function unknownVariable(variable: string): string {
  const similar = nearest(variable, VARIABLES)
  const hint = similar === undefined ? '' : ` Perhaps you meant ${similar}.`
  return `${variable} is set, but PostgREST has no such parameter.${hint}`
}

function unserved(shown: string, name: string): readonly string[] {
  const reason = parameterNamed(name)?.reason
  return reason === undefined ? [] : [`${shown} is set, but it is not read: ${reason}`]
}

function ofFile(name: string, line: string): readonly string[] {
  if (parameterNamed(name) !== undefined) return unserved(`${name} in ${line}`, name)
  const similar = nearest(
    name,
    PARAMETERS.map(each => each.name),
  )
  const hint = similar === undefined ? '' : ` Perhaps you meant ${similar}.`
  return [`${name} in ${line} is set, but PostgREST has no such parameter.${hint}`]
}
