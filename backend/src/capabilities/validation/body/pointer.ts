import { pointerStep } from '../fault.ts'

/** A longer one would repeat more of the body than it explains. */
const POINTER_MAX = 1_000

/** What is known of the way into one open array or object: the index, the key, or no key yet. */
type Step = number | string | undefined

/**
 * The JSON pointer of what stands at this place of a text that is JSON up to there. For a key, that of its value. One that
 * would be very long ends early, at something around it.
 */
export function pointerAt(text: string, place: number): string {
  const path: Step[] = []
  let at = 0
  while (at < place) at = pass(text, at, path)
  if (text[place] === '"') pass(text, place, path)
  let pointer = ''
  for (const step of path) {
    if (step === undefined) break
    const longer = pointer + pointerStep(step)
    if (longer.length > POINTER_MAX) break
    pointer = longer
  }
  return pointer
}

function pass(text: string, at: number, path: Step[]): number {
  const last = path.length - 1
  switch (text[at]) {
    case '{':
      path.push(undefined)
      break
    case '[':
      path.push(0)
      break
    case '}':
    case ']':
      path.pop()
      break
    case ',':
      path[last] = typeof path[last] === 'number' ? path[last] + 1 : undefined
      break
    case '"':
      return passString(text, at, path)
    default:
  }
  return at + 1
}

function passString(text: string, start: number, path: Step[]): number {
  let end = start + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  const isKey = path.length > 0 && path.at(-1) === undefined
  if (isKey) path[path.length - 1] = nameOf(text.slice(start, end + 1))
  return end + 1
}

/** Undefined for a string that is none, or not one to repeat. */
function nameOf(source: string): string | undefined {
  if (source.length > POINTER_MAX) return undefined
  try {
    return JSON.parse(source) as string
  } catch {
    return undefined
  }
}
