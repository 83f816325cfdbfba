import { nearest } from '../base/index.ts'
import { OPTIONS } from '../config.ts'
import type { Arguments, Command, FlagSpec } from './command.ts'
import { UsageError } from './usage-error.ts'

/** Flags of every command. */
export const COMMON_FLAGS: readonly FlagSpec[] = [
  { name: '--help', summary: 'Show this help.' },
  {
    name: '--config',
    value: 'file',
    summary: 'Configuration file. Default: s-tier.config.{ts,mjs,js,json} here.',
  },
]

interface KnownFlag {
  readonly takesValue: boolean
  /** Without a value it means true, with `=` it may say false. */
  readonly isSwitch: boolean
}

/** Takes a command's arguments apart. Throws ST011 for a flag that it does not know, with what was perhaps meant. */
export function parseArguments(argv: readonly string[], command: Command): Arguments {
  const known = knownFlags(command)
  const positionals: string[] = []
  const flags = new Map<string, string[]>()
  const words = argv.values()
  for (const word of words) {
    if (word === '--') positionals.push(...words)
    else if (word.startsWith('-') && word !== '-') addFlag(word, words, command.name, known, flags)
    else positionals.push(word)
  }
  refuseMore(positionals, command)
  return { positionals, flags }
}

function knownFlags(command: Command): ReadonlyMap<string, KnownFlag> {
  const own = [...COMMON_FLAGS, ...command.flags].map(({ name, value }): [string, KnownFlag] => [
    name,
    { takesValue: value !== undefined, isSwitch: false },
  ])
  const options = command.takesOptions ? OPTIONS : []
  return new Map([
    ...own,
    ...options.map(({ flag, check: { isSwitch } }): [string, KnownFlag] => [
      flag,
      { takesValue: !isSwitch, isSwitch },
    ]),
  ])
}

function addFlag(
  word: string,
  rest: Iterator<string, undefined>,
  command: string,
  known: ReadonlyMap<string, KnownFlag>,
  flags: Map<string, string[]>,
): void {
  const [typed = word, ...inline] = word.split('=')
  const name = typed === '-h' ? '--help' : typed
  const flag = known.get(name)
  if (flag === undefined) throw unknownFlag(name, command, known.keys())
  const value = inline.length > 0 ? inline.join('=') : flag.takesValue ? rest.next().value : 'true'
  if (value === undefined)
    throw new UsageError(`${name} needs a value`, `See s-tier help ${command}.`)
  if (inline.length > 0 && !flag.takesValue && !flag.isSwitch) {
    throw new UsageError(`${name} takes no value`, `See s-tier help ${command}.`)
  }
  flags.set(name, [...(flags.get(name) ?? []), value])
}

function unknownFlag(name: string, command: string, names: Iterable<string>): UsageError {
  const all = [...names]
  // `--port` is what people try for `--http-port`.
  const similar = all.find(each => each.endsWith(name.slice(1))) ?? nearest(name, all)
  const hint =
    similar === undefined ? `See s-tier help ${command}.` : `Perhaps you meant ${similar}.`
  return new UsageError(`s-tier ${command} has no flag ${name}`, hint)
}

/** What the name of a configuration file ends with, S-Tier's or PostgREST's. */
const FILE = /\.(?:conf|json|[cm]?[jt]s)$/

function refuseMore(positionals: readonly string[], { name, positionalsMax }: Command): void {
  const extra = positionals[positionalsMax]
  if (extra === undefined) return
  const hint = FILE.test(extra)
    ? `A configuration file is named by a flag: --config ${extra}`
    : `See s-tier help ${name}.`
  throw new UsageError(`s-tier ${name} does not know what to do with '${extra}'`, hint)
}
