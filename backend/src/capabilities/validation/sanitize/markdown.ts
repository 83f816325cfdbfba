import { isDangerousTarget } from './link-target.ts'
import { createCodeSpans } from './markdown-code.ts'

/**
 * Markdown (CommonMark) whose rendering holds no HTML of its author's and no link that runs something: the `<` of raw HTML
 * becomes `&lt;`, and such a target `#`. All else stays as it was, to the byte: `<https://…>`, what stands behind a backslash,
 * and what is code beyond doubt.
 */
export function sanitizeMarkdown(text: string): string {
  if (!SUSPICIOUS.test(text)) return text
  return outsideFences(text, part => withoutHtml(withoutTargets(part)))
}

const SUSPICIOUS = /<[a-zA-Z/!?]|\]\(|\]:/

const LINES = /[^\r\n]*(?:\r\n|\n|\r|$)/g
/** Without indentation it stands in no list and no quotation, so it ends where it seems to. */
const OPENING_FENCE = /^(`{3,}|~{3,})[\w \t+#./-]*[\r\n]*$/
/** Some take the line before this one as the head of a table, before they see a fence in it. */
const TABLE_RULE = /^[\s|:-]*[|:][\s|:-]*$/
const CLOSING_FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*[\r\n]*$/
/** Where these stand elsewhere, what follows may be inside or outside. */
const FENCE_LIKE = /`{3}|~{3}/

function outsideFences(text: string, change: (part: string) => string): string {
  let result = ''
  let open = ''
  let fence: string | undefined
  let isSure = true
  const lines = text.match(LINES) ?? []
  for (const [index, line] of lines.entries()) {
    if (fence !== undefined) {
      result += line
      if (isClosing(line, fence)) fence = undefined
      continue
    }
    fence = isSure ? fenceOf(line, lines[index + 1]) : undefined
    if (fence === undefined) {
      isSure &&= !FENCE_LIKE.test(line)
      open += line
      continue
    }
    result += change(open) + line
    open = ''
  }
  return result + change(open)
}

function fenceOf(line: string, next = ''): string | undefined {
  return TABLE_RULE.test(next) ? undefined : OPENING_FENCE.exec(line)?.[1]
}

function isClosing(line: string, fence: string): boolean {
  const [, closing = ''] = CLOSING_FENCE.exec(line) ?? []
  return closing[0] === fence[0] && closing.length >= fence.length
}

function withoutHtml(text: string): string {
  const code = createCodeSpans()
  return (text.match(LINES) ?? []).map(line => escapeLine(line, code.enter(line))).join('')
}

const TAG_START = /^<[a-zA-Z/!?]/
/** CommonMark's autolinks, of harmless schemes. */
const AUTOLINK = /^<(?:https?:\/\/|mailto:)[^\s<>`\\]*>/i
const AUTOLINK_MAX = 2_048

/** `codeAt` answers the length of a code span that begins at a place, or 0. */
function escapeLine(line: string, codeAt: (at: number) => number): string {
  let result = ''
  for (let at = 0; at < line.length; ) {
    const length = codeAt(at) || lengthAt(line, at)
    const isTag = length === 1 && TAG_START.test(line.slice(at, at + 2))
    result += isTag ? '&lt;' : line.slice(at, at + length)
    at += length
  }
  return result
}

/** Of an escaped character, of an autolink, or one. */
function lengthAt(line: string, at: number): number {
  if (line[at] === '\\') return 2
  if (line[at] !== '<') return 1
  return AUTOLINK.exec(line.slice(at, at + AUTOLINK_MAX))?.[0].length ?? 1
}

/**
 * The targets of links, pictures and definitions, up to a bracket: it is in no scheme, and may begin the next one. In a
 * quotation, `>` may stand before it.
 */
const TARGET = /(\]\(|\]:)([\s>]*)(<[^<>\]\r\n]*|[^\s<>)\]]+)/g

function withoutTargets(text: string): string {
  return text.replaceAll(TARGET, (whole, opening: string, space: string, target: string) =>
    isDangerousTarget(target.replace(/^</, '')) ? `${opening}${space}#` : whole,
  )
}
