import { posix } from 'node:path'
import type { Finding } from '../support/finding.ts'
import type { Page } from './markdown.ts'

/** A link to another place of the repository leads somewhere: the file exists, and so does the heading in it. */
export function checkLinks(
  pages: readonly Page[],
  exists: (path: string) => boolean,
): readonly Finding[] {
  const byPath = new Map(pages.map(page => [page.path, page]))
  return pages.flatMap(page =>
    page.links.flatMap(({ text, line }) => {
      const problem = isExternal(text) ? undefined : problemOf(page, text, byPath, exists)
      return problem === undefined ? [] : [{ file: page.path, line, ...problem }]
    }),
  )
}

function isExternal(target: string): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)
}

function problemOf(
  page: Page,
  link: string,
  pages: ReadonlyMap<string, Page>,
  exists: (path: string) => boolean,
): Pick<Finding, 'rule' | 'message' | 'remedy'> | undefined {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page.path : resolve(page.path, decodeURI(file))
  if (!exists(target)) {
    const remedy = 'Point it at the file that is meant, or take the link out.'
    return { rule: 'links', message: `the link to ${target} leads nowhere`, remedy }
  }
  const headings = pages.get(target)?.headings
  if (!anchor || headings === undefined || headings.some(one => one.anchor === anchor))
    return undefined
  const remedy = `Its headings are: ${headings.map(one => one.anchor).join(', ')}.`
  return { rule: 'links', message: `${target} has no heading #${anchor}`, remedy }
}

/** A leading slash is the repository's root, as on GitHub. */
function resolve(page: string, target: string): string {
  const base = target.startsWith('/') ? '' : posix.dirname(page)
  return posix.join('.', base, target).replace(/\/$/, '') || '.'
}
