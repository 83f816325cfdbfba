import type { Cursor, JournalEvent, JournalSource } from '../types.ts'

const PATIENCE_MS = 20_000
const PAUSE_MS = 5
const PAGE = 100

/** Reads on until there are so many events; gives up after a while, and then answers what there is. Failures are tried again. */
export async function readUntil(
  source: JournalSource,
  from: Cursor,
  count: number,
  max = PAGE,
): Promise<readonly JournalEvent[]> {
  const events: JournalEvent[] = []
  const until = Date.now() + PATIENCE_MS
  while (events.length < count) {
    const page = await source.read(events.at(-1)?.cursor ?? from, max).catch((error: unknown) => {
      if (Date.now() > until) throw error
      return []
    })
    events.push(...page)
    if (page.length > 0) continue
    if (Date.now() > until) break
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
  }
  return events
}

/** What is the same of an event wherever it was read. */
export interface Happened {
  readonly kind: JournalEvent['kind']
  readonly old?: JournalEvent['old']
  readonly new?: JournalEvent['new']
}

export function changesOf(events: readonly JournalEvent[]): readonly Happened[] {
  return events.map(({ kind, old, new: row }) => ({
    kind,
    ...(old !== undefined && { old: { ...old } }),
    ...(row !== undefined && { new: { ...row } }),
  }))
}
