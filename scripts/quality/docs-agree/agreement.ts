import type { Finding } from '../support/finding.ts'
import { codeSpans, type Mention, type Page } from './markdown.ts'

/** Something that the code defines and a reference page must describe: an error code, an option. */
export interface Defined {
  readonly name: string
  readonly file: string
  readonly line: number
}

/** What is compared with what, in the words of the messages. */
export interface Agreement {
  readonly rule: string
  /** For instance "error code". */
  readonly noun: string
  readonly defined: readonly Defined[]
  readonly page: Page
  /** Which names between backticks on the page are of this kind. */
  readonly isName: (text: string) => boolean
}

/** Both ways: what the code defines is on the page, and what the page describes is in the code. */
export function checkAgreement({
  rule,
  noun,
  defined,
  page,
  isName,
}: Agreement): readonly Finding[] {
  const described = describedNames(page).filter(({ text }) => isName(text))
  const onPage = new Set(described.map(({ text }) => text))
  const inCode = new Set(defined.map(({ name }) => name))
  const undescribed = firstOfEach(defined).filter(({ name }) => !onPage.has(name))
  return [
    ...undescribed.map(({ name, file, line }) => {
      const remedy = `Describe it in ${page.path}.`
      return { file, line, rule, message: `the ${noun} ${name} is not documented`, remedy }
    }),
    ...described
      .filter(({ text }) => !inCode.has(text))
      .map(({ text, line }) => {
        const message = `the ${noun} ${text} is documented, but the code has no such ${noun}`
        return { file: page.path, line, rule, message, remedy: 'Correct the name or remove it.' }
      }),
  ]
}

/** A page describes a name where it stands between backticks in a heading or in the first cell of a table row. */
function describedNames(page: Page): readonly Mention[] {
  const places = [
    ...page.headings,
    ...page.rows.map(({ cells, line }) => ({ text: cells[0] ?? '', line })),
  ]
  return places.flatMap(({ text, line }) => codeSpans(text).map(name => ({ text: name, line })))
}

function firstOfEach(defined: readonly Defined[]): readonly Defined[] {
  return [...new Map([...defined].reverse().map(one => [one.name, one])).values()].reverse()
}
