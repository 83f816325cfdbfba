import type { Column, Outcome, Row, Trial, TrialBar } from './trial.ts'

/** An outcome as text for the terminal: a table, and a line for each bar. */
export function renderOutcome({ title }: Trial, { columns, rows, bars }: Outcome): string {
  const table = [
    ['', ...columns.map(({ name }) => name)],
    ...rows.map(row => cellsOf(row, columns)),
  ]
  const widths = table[0]?.map((_, index) => Math.max(...table.map(row => row[index]?.length ?? 0)))
  const lines = table.map(row =>
    row.map((cell, index) => pad(cell, widths?.[index], index)).join('  '),
  )
  return ['', title, ...lines, ...bars.map(barLine)].join('\n')
}

/** The same as Markdown. */
export function renderMarkdown({ columns, rows, bars }: Outcome): string {
  const lines = [
    ['', ...columns.map(({ name }) => name)],
    ['---', ...columns.map(() => '---:')],
    ...rows.map(row => cellsOf(row, columns)),
  ]
  const judged = bars.map(
    bar => `- ${bar.isMet ? 'Met' : '**Missed**'}: ${sentence(bar)}${reasonOf(bar)}`,
  )
  return [...lines.map(cells => `| ${cells.join(' | ')} |`), '', ...judged].join('\n').trim()
}

function cellsOf({ name, values }: Row, columns: readonly Column[]): readonly string[] {
  return [name, ...values.map((value, index) => shown(value, columns[index]?.digits ?? 0))]
}

function shown(value: number | string | undefined, digits: number): string {
  if (typeof value === 'string') return value
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits)
}

function pad(cell: string, width = 0, index: number): string {
  return index === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function barLine(bar: TrialBar): string {
  return `  ${bar.isMet ? 'met   ' : 'MISSED'}  ${sentence(bar)}${reasonOf(bar)}`
}

function sentence({ what, kind, limit, value }: TrialBar): string {
  return `${what}: ${Number(value.toPrecision(4))}, bar: ${kind} ${limit}`
}

function reasonOf({ isMet, reason }: TrialBar): string {
  return isMet || reason === undefined ? '' : `. ${reason}`
}
