import { holds } from '../char-set.ts'
import { parsePattern, type Pattern } from '../parse.ts'

/** Enough to know that a search takes very long. */
const STEPS_MAX = 20_000_000

type Continue = (at: number) => boolean

/**
 * The steps of a matcher that goes back, as those of JavaScript do, searching this text. Written as the standard describes
 * it, continuation by continuation, and without anything that the judge is made of.
 */
export function stepsOf(source: string, text: string): number {
  const pattern = parsePattern(source)
  let steps = 0

  function match(item: Pattern, at: number, go: Continue): boolean {
    if (++steps > STEPS_MAX) return true
    switch (item.kind) {
      case 'set': {
        const code = text.charCodeAt(at)
        return at < text.length && holds(item.set, code) && go(at + 1)
      }
      case 'sequence':
        return matchAll(item.items, 0, at, go)
      case 'choice':
        return item.options.some(option => match(option, at, go))
      case 'repeat':
        return repeat(item, 0, at, go)
      case 'assertion':
        return (item.isStart ? at === 0 : at === text.length) && go(at)
      case 'lookahead':
        return match(item.item, at, () => true) && go(at)
    }
  }

  function matchAll(items: readonly Pattern[], index: number, at: number, go: Continue): boolean {
    const item = items[index]
    if (item === undefined) return go(at)
    return match(item, at, next => matchAll(items, index + 1, next, go))
  }

  function repeat(
    item: Extract<Pattern, { kind: 'repeat' }>,
    done: number,
    at: number,
    go: Continue,
  ): boolean {
    const again = (next: number) => {
      if (next === at && done >= item.min) return false // An empty turn is none.
      return repeat(item, done + 1, next, go)
    }
    if (done < item.max && match(item.item, at, again)) return true
    return done >= item.min && go(at)
  }

  for (let start = 0; start <= text.length; start++) {
    if (match(pattern, start, () => true)) break
  }
  return steps
}
