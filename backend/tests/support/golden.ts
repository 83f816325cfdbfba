import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A page of `tests/requests`: prose, a request, and what becomes of it on the way to the answer. */
export interface GoldenPage {
  readonly file: string
  /** Path below the folder, without `.md`. */
  readonly name: string
  /** Everything above the results: title, prose, options, request. */
  readonly head: string
  /** Flags of the server, from the line "Served with `…`.". */
  readonly flags: readonly string[]
  readonly request: {
    readonly method: string
    readonly target: string
    readonly headers: Readonly<Record<string, string>>
    /** What stands below the headers, after an empty line. */
    readonly body: string | undefined
  }
  /** Everything below the request, as it stands in the file. */
  readonly expected: string
}

/** Every page below a folder, in the order of their paths. */
export function goldenPages(folder: string): GoldenPage[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md') && !path.endsWith('README.md'))
    .sort()
    .map(path => readPage(folder, join(folder, path)))
}

/** Rewrites the results of a page: `UPDATE_GOLDEN=1 npx vitest run backend/tests/requests`, then read the diff. */
export function rewritePage(page: GoldenPage, actual: string): void {
  writeFileSync(page.file, page.head + actual)
}

/** Sections under the request, each a fenced block. */
export function renderSections(sections: readonly (readonly [string, string, string])[]): string {
  return sections
    .map(([title, language, text]) => `\n## ${title}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`)
    .join('')
}

function readPage(folder: string, file: string): GoldenPage {
  const text = readFileSync(file, 'utf8')
  const match = /^```http\n(.*?)^```\n/ms.exec(text)
  const block = match?.[1]
  if (match === null || block === undefined) throw new Error(`${file} has no request`)
  const end = match.index + match[0].length
  const head = text.slice(0, end)
  const [lines, body] = splitOnce(block.trimEnd(), '\n\n')
  const [line = '', ...headers] = lines.split('\n')
  const space = line.indexOf(' ')
  return {
    file,
    name: relative(folder, file).replace(/\.md$/, ''),
    head,
    flags: /^Served with `(.*)`\.$/m.exec(head)?.[1]?.split(' ') ?? [],
    request: {
      method: line.slice(0, space),
      target: line.slice(space + 1),
      headers: Object.fromEntries(headers.map(readHeader)),
      body,
    },
    expected: text.slice(end),
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const place = text.indexOf(separator)
  if (place < 0) return [text, undefined]
  return [text.slice(0, place), text.slice(place + separator.length)]
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
