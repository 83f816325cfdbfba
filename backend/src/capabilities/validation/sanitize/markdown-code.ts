/** Longer lines are not looked through for code. */
const LINE_MAX = 10_000

/**
 * Finds the code spans of which there is no doubt: on one line, in a paragraph that had no other backticks so far, and no
 * brackets or bars, which may belong to a link or a table and take a backtick for themselves.
 */
export interface CodeSpans {
  /** The next line. The function answers the length of the span at a place of it, 0 for none. */
  enter(line: string): (at: number) => number
}

export function createCodeSpans(): CodeSpans {
  let isSure = true

  function enter(line: string): (at: number) => number {
    if (/^[ \t]*[\r\n]*$/.test(line)) isSure = true
    if (/[[\]|]/.test(line) || line.length > LINE_MAX) isSure = false
    return at => {
      if (line[at] !== '`' || !isSure) return 0
      const length = spanLength(line, at)
      if (length === 0) isSure = false
      return length
    }
  }

  return { enter }
}

/** 0: nothing ends it on this line. */
function spanLength(line: string, start: number): number {
  const ticks = runLength(line, start)
  for (let at = start + ticks; at < line.length; ) {
    const run = runLength(line, at)
    at += Math.max(run, 1)
    if (run === ticks) return at - start
  }
  return 0
}

function runLength(line: string, start: number): number {
  let end = start
  while (line[end] === '`') end++
  return end - start
}
