const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Whether the arrays and objects of a JSON text stand deeper inside each other than this. The text may be no JSON at all:
 * it is read once, from its beginning, for anybody may send it.
 */
export function isNestedBeyond(text: string, levels: number): boolean {
  if (text.length <= levels) return false
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (isOpening(code) && ++depth > levels) return true
    else if (isClosing(code)) depth--
  }
  return false
}

/** Where the string ends that begins here; behind the text if it does not. */
function endOfString(text: string, start: number): number {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
  } while (isEscaped(text, end))
  return end
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/** `[` and `{`, `]` and `}`: one bit apart. */
function isOpening(code: number): boolean {
  return (code | 0x20) === 0x7b
}

function isClosing(code: number): boolean {
  return (code | 0x20) === 0x7d
}
