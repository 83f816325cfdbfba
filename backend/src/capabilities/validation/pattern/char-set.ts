/** Code points: ranges in order, both ends included, none touching the next. */
export type CharSet = readonly (readonly [low: number, high: number])[]

const HIGHEST = 0x10ffff

export const ANY: CharSet = [[0, HIGHEST]]

export function single(code: number): CharSet {
  return [[code, code]]
}

export function union(sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().sort(([one], [other]) => one - other)
  const joined: [number, number][] = []
  for (const [low, high] of ranges) {
    const last = joined.at(-1)
    if (last === undefined || low > last[1] + 1) joined.push([low, high])
    else last[1] = Math.max(last[1], high)
  }
  return joined
}

export function complement(set: CharSet): CharSet {
  const rest: [number, number][] = []
  let next = 0
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1])
    next = high + 1
  }
  if (next <= HIGHEST) rest.push([next, HIGHEST])
  return rest
}

export function holds(set: CharSet, code: number): boolean {
  return set.some(([low, high]) => code >= low && code <= high)
}

const DIGIT: CharSet = [[0x30, 0x39]]
const WORD = union([DIGIT, [[0x41, 0x5a]], [[0x61, 0x7a]], single(0x5f)])
const SPACE = union([
  [[0x09, 0x0d]],
  [[0x2000, 0x200a]],
  [[0x2028, 0x2029]],
  ...[0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map(single),
])
/** All but the ends of lines: what `.` takes. */
export const IN_LINE = complement(union([single(0x0a), single(0x0d), [[0x2028, 0x2029]]]))

/** What an escape with one letter stands for. */
export const CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
  ['t', single(0x09)],
  ['n', single(0x0a)],
  ['v', single(0x0b)],
  ['f', single(0x0c)],
  ['r', single(0x0d)],
  ['0', single(0)],
])
