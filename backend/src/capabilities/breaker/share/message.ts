/** What one process tells the others, all of it every time: a lost message is made up for by the next one. */
export interface ShareMessage {
  readonly member: string
  /** The breakers that rest. */
  readonly resting: ReadonlyMap<string, Resting>
  /** It is about to try this one out. */
  readonly probing?: string | undefined
  /** It is going. */
  readonly isLeaving?: boolean | undefined
}

export interface Resting {
  /** Since so many milliseconds. */
  readonly ageMs: number
  /** Its own calls showed it. What it only heard of is no vote, or rumours would feed on themselves. */
  readonly isOwn: boolean
}

/** Grows when the meaning of a message changes; others are ignored. */
const VERSION = 1
const NAME_LENGTH_MAX = 200
const RESTING_MAX = 1_000

export function formatMessage({ member, resting, probing, isLeaving }: ShareMessage): string {
  const told = [...resting].slice(0, RESTING_MAX)
  const entries = told.map(([name, { ageMs, isOwn }]) => [name, ageMs, isOwn])
  return JSON.stringify({ v: VERSION, member, resting: entries, probing, isLeaving })
}

/** Undefined for what is none: anybody may write on a channel. */
export function parseMessage(text: string): ShareMessage | undefined {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return undefined
  const { v, member, resting, probing, isLeaving } = value as Record<string, unknown>
  if (v !== VERSION || !isName(member)) return undefined
  if (!Array.isArray(resting) || resting.length > RESTING_MAX) return undefined
  if (!resting.every(isEntry)) return undefined
  return {
    member,
    resting: new Map(resting.map(([name, ageMs, isOwn]) => [name, { ageMs, isOwn }])),
    probing: isName(probing) ? probing : undefined,
    isLeaving: isLeaving === true,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LENGTH_MAX
}

function isEntry(entry: unknown): entry is [name: string, ageMs: number, isOwn: boolean] {
  if (!Array.isArray(entry) || entry.length !== 3) return false
  const [name, ageMs, isOwn] = entry as unknown[]
  return isName(name) && typeof ageMs === 'number' && ageMs >= 0 && typeof isOwn === 'boolean'
}
