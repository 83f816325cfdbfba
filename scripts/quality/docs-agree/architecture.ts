import type { Finding } from '../support/finding.ts'
import { codeSpans, type Page, type Row } from './markdown.ts'

/**
 * ARCHITECTURE.md has a table with the columns "system", "folder" and "today". A row that says "begun" or "done" names,
 * between backticks, folders or files that exist.
 */
export function checkArchitecture(
  page: Page,
  exists: (path: string) => boolean,
): readonly Finding[] {
  const systems = page.rows.filter(isSystem)
  if (systems.length === 0) {
    const remedy = 'Add the table of systems, with the columns system, folder and today.'
    return [at(page, 1, 'the page has no table of systems', remedy)]
  }
  return systems.filter(hasBegun).flatMap(row => {
    const folders = codeSpans(cell(row, 'folder')).map(folder => folder.replace(/\/$/, ''))
    if (folders.length === 0) {
      return [at(page, row.line, 'a system has begun but has no folder', 'Name it in backticks.')]
    }
    return folders
      .filter(folder => !exists(folder))
      .map(folder => {
        const message = `the table says that work on ${folder} has begun, but it does not exist`
        return at(page, row.line, message, 'Correct the folder, or what it says of today.')
      })
  })
}

function isSystem(row: Row): boolean {
  const names = row.columns.map(column => column.toLowerCase())
  return (
    ['system', 'folder', 'today'].every(name => names.includes(name)) && row.cells !== row.columns
  )
}

function hasBegun(row: Row): boolean {
  return /^(begun|done)\b/i.test(cell(row, 'today'))
}

function cell(row: Row, column: string): string {
  const index = row.columns.findIndex(name => name.toLowerCase() === column)
  return row.cells[index] ?? ''
}

function at(page: Page, line: number, message: string, remedy: string): Finding {
  return { file: page.path, line, rule: 'architecture', message, remedy }
}
