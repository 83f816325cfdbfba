import { isObject, jsonOf, option } from '../../../base/index.ts'

/** Networks that somebody else has found to be bad. One of `file` and `url`. */
export interface BlockList {
  /** A path: one address or network a line, what follows `#` or `;` is a comment. */
  file?: string
  /** The same at `https://…`. A secret. */
  url?: string
  /** How often it is read again, in milliseconds. Default 21_600_000. */
  refreshMs?: number
}

/** By name. */
export type BlockLists = Readonly<Record<string, BlockList>>

export const REFRESH_MS = 21_600_000
const LISTS_MAX = 16

const CHECKS: option.Checks<BlockList> = Object.freeze({
  file: option.text(),
  url: option.url('https:', 'http:'),
  refreshMs: option.duration({ min: 60_000, max: 30 * 86_400_000 }),
})

/** An object; as text its JSON. Its URLs are secrets. */
export const BLOCK_LISTS_CHECK: option.Check<BlockLists> = Object.freeze({
  expects:
    'an object of lists by name, such as {"drop": {"url": "https://lists.example/drop.txt", "refreshMs": "6h"}}',
  read: (value: unknown) => {
    const lists = jsonOf(value)
    if (!isObject(lists) || faultOf(lists) !== undefined) return undefined
    const entries = Object.entries(lists).map(([name, given]) => [name, readList(given)])
    return Object.freeze(Object.fromEntries(entries) as Record<string, BlockList>)
  },
  fault: (value: unknown) => faultOf(jsonOf(value)),
  isSwitch: false,
  isSecret: true,
})

function readList(given: unknown): BlockList {
  const fields = Object.entries(given as BlockList).map(([name, value]) => [
    name,
    CHECKS[name as keyof BlockList].read(value),
  ])
  return Object.freeze(Object.fromEntries(fields) as BlockList)
}

/** The first thing that is wrong, in a sentence without a secret. */
function faultOf(lists: unknown): string | undefined {
  if (!isObject(lists)) return 'That is no JSON object.'
  const entries = Object.entries(lists)
  if (entries.length > LISTS_MAX) return `There may be ${LISTS_MAX} lists.`
  for (const [name, list] of entries) {
    if (!/^[\w-]{1,64}$/.test(name)) return `'${name}' is no name: letters, digits, _ and -.`
    const fault = faultOfList(list)
    if (fault !== undefined) return `List '${name}': ${fault}`
  }
  return undefined
}

function faultOfList(list: unknown): string | undefined {
  if (!isObject(list)) return 'that is no object.'
  for (const [name, value] of Object.entries(list)) {
    if (!Object.hasOwn(CHECKS, name)) return `it has no '${name}', but file, url and refreshMs.`
    const check = CHECKS[name as keyof BlockList]
    if (check.read(value) === undefined) return `${name} must be ${check.expects}.`
  }
  const { file, url } = list as BlockList
  return (file === undefined) === (url === undefined) ? 'it needs file or url.' : undefined
}
