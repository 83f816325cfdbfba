import type { Change } from './change.ts'

/** The changes for a person: what breaks, then what does not, by place. */
export function changeReport(changes: readonly Change[]): string {
  const breaking = changes.filter(change => change.breaking)
  const others = changes.filter(change => !change.breaking)
  if (changes.length === 0) return 'Nothing changed that a client could notice.\n'
  return [
    section('Breaking', breaking),
    section('Harmless', others),
    `Breaking changes: ${breaking.length}, others: ${others.length}.\n`,
  ]
    .filter(text => text !== '')
    .join('\n')
}

function section(title: string, changes: readonly Change[]): string {
  if (changes.length === 0) return ''
  const places = new Map<string, Change[]>()
  for (const change of changes) places.set(change.at, [...(places.get(change.at) ?? []), change])
  const blocks = [...places].map(
    ([at, inside]) => `  ${at}\n${inside.map(one => `    ${line(one)}\n`).join('')}`,
  )
  return `${title}\n${blocks.join('')}`
}

function line({ place, message }: Change): string {
  return place === '' ? message : `${place}: ${message}`
}
