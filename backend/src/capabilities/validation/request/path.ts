import type { Policy } from '../body/options.ts'
import { PathError } from '../errors.ts'

export interface PathOptions {
  /** `%2F` and `%5C` inside a segment. Default refuse. */
  readonly encodedSlashes?: Policy
}

/**
 * Refuses a path, as it came and without its query string, that two programs could read in two ways. Throws ST418. What it
 * lets pass decodes to text in one way, and has no segment that leads elsewhere.
 */
export function checkPath(path: string, { encodedSlashes = 'refuse' }: PathOptions = {}): void {
  if (!SUSPICIOUS.test(path)) return
  const rule = TRICKS.find(([, trick]) => trick.test(path))?.[0]
  if (rule !== undefined) throw refusal(rule)
  if (encodedSlashes === 'refuse' && ENCODED_SLASH.test(path)) throw refusal('encoded-slash')
  if (!isDecodable(path)) throw refusal('encoding')
}

/** What most paths have nothing of. */
const SUSPICIOUS = /[^!-~]|%|\\|\/\./

const ENCODED_SLASH = /%2f|%5c/i
/** In the order in which they are told. */
const TRICKS = Object.freeze([
  ['encoding', /[^!-~]|%(?![\da-f]{2})/i],
  ['nul', /%00/],
  ['control', /%(?:[01][\da-f]|7f)/i],
  ['backslash', /\\/],
  // Alone in its segment, in any spelling.
  ['dot-segment', /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/;]|%2f|%5c)/i],
  ['double-encoding', /%25(?:2e|2f|5c|00|25)/i],
] as const)

const DETAILS: Readonly<Record<string, string>> = Object.freeze({
  encoding: 'The path is not percent-encoded UTF-8',
  nul: 'The path holds the character U+0000',
  control: 'The path holds a control character',
  backslash: 'The path holds a backslash',
  'dot-segment': "The path has a segment '.' or '..'",
  'double-encoding': 'The path is percent-encoded twice',
  'encoded-slash': 'The path has an encoded slash inside a segment',
})

/** Overlong forms and surrogates are no UTF-8: `decodeURIComponent` takes neither. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function refusal(rule: string): PathError {
  const detail = DETAILS[rule] ?? rule
  const hint = 'Send the path that is meant, each segment percent-encoded once.'
  return new PathError([{ pointer: '', rule, detail, hint }])
}
