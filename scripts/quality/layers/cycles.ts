import type { Finding } from '../support/finding.ts'
import type { ImportEdge } from './imports.ts'

/**
 * One finding for each import that closes a circle, types included: two files that need each other to be understood
 * are one file, or three. Found by a depth-first walk, so every circle has at least one such import.
 */
export function findCycles(edges: readonly ImportEdge[]): readonly Finding[] {
  const bySource = groupBySource(edges)
  const findings: Finding[] = []
  const finished = new Set<string>()
  const path: string[] = []

  function visit(file: string): void {
    path.push(file)
    for (const edge of bySource.get(file) ?? []) {
      if (edge.target === undefined || finished.has(edge.target)) continue
      const start = path.indexOf(edge.target)
      if (start >= 0) findings.push(cycleFinding(edge, [...path.slice(start), edge.target]))
      else visit(edge.target)
    }
    path.pop()
    finished.add(file)
  }

  for (const file of bySource.keys()) if (!finished.has(file)) visit(file)
  return findings
}

function groupBySource(edges: readonly ImportEdge[]): ReadonlyMap<string, readonly ImportEdge[]> {
  const groups = new Map<string, ImportEdge[]>()
  for (const edge of edges) {
    const group = groups.get(edge.from)
    if (group === undefined) groups.set(edge.from, [edge])
    else group.push(edge)
  }
  return groups
}

function cycleFinding(edge: ImportEdge, circle: readonly string[]): Finding {
  return {
    file: edge.from,
    line: edge.line,
    rule: 'no-cycles',
    message: `imports in a circle: ${circle.map(shortName).join(' → ')}`,
    remedy: 'Move what both need into a file below them.',
  }
}

function shortName(path: string): string {
  return path.replace('backend/src/', '')
}
