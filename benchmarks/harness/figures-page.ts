import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../../docs/reference/figures/', import.meta.url)

/** Puts the figures of a trial between their markers on the page of its study. The words around them are people's. */
export function writeFigures(study: string, trial: string, markdown: string): void {
  const path = fileURLToPath(new URL(`${study}.md`, FOLDER))
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), trial, markdown))
}

/** The page with what stood between the markers of `trial` replaced. Fails when it has none. */
export function withFigures(page: string, trial: string, markdown: string): string {
  const [begin, end] = [`<!-- figures of ${trial} -->`, `<!-- end of ${trial} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`The page has no place for the figures of ${trial}`)
  return `${page.slice(0, from + begin.length)}\n\n${markdown}\n\n${page.slice(to)}`
}
