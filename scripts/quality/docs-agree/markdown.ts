/** The parts of a Markdown page that can be checked against the code. */
export interface Page {
  /** From the repository's root. */
  readonly path: string
  readonly headings: readonly Heading[]
  /** Targets of links and images, as written; not those inside code. */
  readonly links: readonly Mention[]
  /** Rows of tables, the heading row included, the line of dashes left out. */
  readonly rows: readonly Row[]
  /** Every line as written, code included. */
  readonly lines: readonly Mention[]
}

export interface Mention {
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

export interface Heading extends Mention {
  /** The name by which a link reaches it: `#the-one-path`. */
  readonly anchor: string
}

export interface Row {
  readonly line: number
  readonly cells: readonly string[]
  /** The cells of the table's first row. */
  readonly columns: readonly string[]
}

/** Reads what the checks need: not a whole Markdown parser, but code blocks and code spans are respected. */
export function parsePage(path: string, text: string): Page {
  const lines = text.split('\n').map((line, index) => ({ text: line, line: index + 1 }))
  const prose = withoutFences(lines)
  return { path, lines, headings: headingsOf(prose), links: linksOf(prose), rows: rowsOf(prose) }
}

/** The texts between backticks: `` `a` and `b` `` has `a` and `b`. */
export function codeSpans(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)
}

function withoutFences(lines: readonly Mention[]): readonly Mention[] {
  let fence: string | undefined
  return lines.filter(({ text }) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence === undefined) {
      fence = mark
      return mark === undefined
    }
    if (mark?.startsWith(fence)) fence = undefined
    return false
  })
}

function headingsOf(lines: readonly Mention[]): readonly Heading[] {
  const seen = new Map<string, number>()
  return lines.flatMap(({ text, line }) => {
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1]
    if (title === undefined) return []
    const slug = slugOf(title)
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return [{ text: title, line, anchor: before === 0 ? slug : `${slug}-${before}` }]
  })
}

/** As GitHub makes anchors: lower case, punctuation dropped, spaces to hyphens. */
function slugOf(title: string): string {
  const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  return plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
}

function linksOf(lines: readonly Mention[]): readonly Mention[] {
  return lines.flatMap(({ text, line }) => {
    const prose = text.replaceAll(/`[^`]*`/g, '``')
    const targets = LINK_FORMS.flatMap(form => [...prose.matchAll(form)].map(found => found[1]))
    return targets.filter(target => target !== undefined).map(target => ({ text: target, line }))
  })
}

/** `[text](target)`, `[name]: target` and the two HTML attributes that pages use. */
const LINK_FORMS: readonly RegExp[] = [
  /\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)/g,
  /^\s{0,3}\[[^\]]+\]:\s+(\S+)/g,
  /\b(?:href|src)="([^"]+)"/g,
]

function rowsOf(lines: readonly Mention[]): readonly Row[] {
  const rows: Row[] = []
  let columns: readonly string[] | undefined
  let lineBefore = 0
  for (const { text, line } of lines) {
    if (!/^\s*\|.*\|\s*$/.test(text)) continue
    const cells = cellsOf(text)
    if (columns === undefined || line !== lineBefore + 1) columns = cells
    lineBefore = line
    if (!cells.every(cell => /^:?-+:?$/.test(cell))) rows.push({ line, cells, columns })
  }
  return rows
}

function cellsOf(row: string): readonly string[] {
  const inner = row.trim().slice(1, -1)
  return inner.split(/(?<!\\)\|/).map(cell => cell.replaceAll('\\|', '|').trim())
}
