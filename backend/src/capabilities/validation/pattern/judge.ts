import { type Automaton, automatonOf, sum, type Ways } from './automaton.ts'
import { ANY, holds } from './char-set.ts'
import { parsePattern, type Pattern, UnjudgedError } from './parse.ts'

/** So many ways at once may lead through a text: the factor by which a match may be slower than reading. */
const WAYS_MAX = 64
/** So many situations are looked at before a pattern counts as too complex to judge. */
const SITUATIONS_MAX = 4_000

/**
 * Why a regular expression may take more than linear time on some text, in words that complete "The pattern …"; undefined: it
 * does not. It goes through all texts at once: a situation is how many ways a matcher that goes back could have come to each
 * place of the pattern, and if that stays below a bound in every situation, so does the work for each character. Patterns that it
 * cannot judge are refused: those with references, and most that look around.
 */
export function whySlow(source: string): string | undefined {
  try {
    return judge(parsePattern(source), false)
  } catch (error) {
    if (error instanceof UnjudgedError) return `has ${error.message}, which is not judged`
    throw error
  }
}

function judge(pattern: Pattern, isAtStart: boolean): string | undefined {
  const options = pattern.kind === 'choice' ? pattern.options : [pattern]
  const parts = options.map(takeApart)
  const anchored = isAtStart || parts.every(part => part.isAnchored)
  for (const { lookaheads } of parts) {
    for (const item of lookaheads) {
      const why = judge(item, anchored)
      if (why !== undefined) return why
    }
  }
  const ways = waysThrough(parts, anchored)
  if (ways <= WAYS_MAX) return undefined
  return anchored ? SLOW : SLOW_UNANCHORED
}

const NOWHERE: Ways = new Map()

const SLOW = 'can match a part of a text in many ways, and would try them all'
const SLOW_UNANCHORED = `${SLOW} from each place; beginning with ^ may help`

/** One option of a pattern: what stands before it without taking a character, and the rest. */
interface Option {
  readonly isAnchored: boolean
  readonly lookaheads: readonly Pattern[]
  readonly rest: Pattern
  /** It matches as soon as its last part does: whatever comes then. */
  readonly isOpen: boolean
}

function takeApart(option: Pattern): Option {
  const items = option.kind === 'sequence' ? option.items : [option]
  const lookaheads: Pattern[] = []
  let isAnchored = false
  let taken = 0
  for (; taken < items.length; taken++) {
    const item = items[taken]
    if (item?.kind === 'lookahead') lookaheads.push(item.item)
    else if (item?.kind === 'assertion' && item.isStart) isAnchored = true
    else break
  }
  const rest: Pattern = { kind: 'sequence', items: items.slice(taken) }
  return { isAnchored, lookaheads, rest, isOpen: !hasAssertion(rest) }
}

function hasAssertion(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'set':
      return false
    case 'sequence':
      return pattern.items.some(hasAssertion)
    case 'choice':
      return pattern.options.some(hasAssertion)
    case 'repeat':
      return hasAssertion(pattern.item)
    default:
      return true
  }
}

/** All options as one automaton; the most ways at once, or infinity. */
function waysThrough(options: readonly Option[], anchored: boolean): number {
  const all: { sets: Automaton['sets'][number][]; follow: Ways[]; first: Ways } = {
    sets: [ANY],
    follow: [NOWHERE],
    first: NOWHERE,
  }
  for (const { rest, isOpen } of options) {
    const { sets, follow, first, last, empty } = automatonOf(rest)
    if (isOpen && empty > 0) return 1 // It matches everything, at once.
    const moved = (ways: Ways) => shifted(ways, all.sets.length)
    const ended = (state: number) => isOpen && last.has(state)
    const next = follow.map((ways, state) => (ended(state) ? NOWHERE : moved(ways)))
    all.first = sum(all.first, moved(first), 1)
    all.sets.push(...sets)
    all.follow.push(...next)
  }
  // State 0 is whatever stands before the match; a search begins at each place of it.
  if (!anchored) all.first = sum(all.first, new Map([[0, 1]]), 1)
  all.follow[0] = all.first
  return mostWays(all)
}

function shifted(ways: Ways, by: number): Ways {
  return new Map([...ways].map(([state, count]) => [state + by, count]))
}

function mostWays({ sets, follow, first }: Pick<Automaton, 'sets' | 'follow' | 'first'>): number {
  const letters = lettersOf(sets)
  const seen = new Set<string>()
  const open: Ways[] = []
  let most = 0
  const visit = (situation: Ways) => {
    const key = keyOf(situation)
    if (seen.has(key)) return
    seen.add(key)
    open.push(situation)
    most = Math.max(
      most,
      [...situation.values()].reduce((all, ways) => all + ways, 0),
    )
  }
  const step = (ways: Ways) => {
    for (const letter of letters) visit(taking(ways, letter, sets))
  }
  step(first)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (most > WAYS_MAX || seen.size > SITUATIONS_MAX) return Number.POSITIVE_INFINITY
    let ahead: Ways = new Map()
    for (const [state, ways] of next) ahead = sum(ahead, follow[state] ?? NOWHERE, ways)
    step(ahead)
  }
  return most
}

function taking(ways: Ways, letter: number, sets: Automaton['sets']): Ways {
  return new Map([...ways].filter(([state]) => holds(sets[state] ?? ANY, letter)))
}

/** One character for each kind of them: no set tells two of a kind apart. */
function lettersOf(sets: Automaton['sets']): readonly number[] {
  const ranges = sets.flat()
  return [...new Set(ranges.flatMap(([low, high]) => [low, high + 1]))].filter(
    code => code <= 0x10ffff,
  )
}

function keyOf(situation: Ways): string {
  return [...situation]
    .sort(([one], [other]) => one - other)
    .map(([state, ways]) => `${state}:${ways}`)
    .join()
}
