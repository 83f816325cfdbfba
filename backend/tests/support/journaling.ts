import pg from 'pg'
import {
  disableJournal,
  enableJournal,
  JOURNAL_PART,
  type JournalDisabled,
  type JournalEnabled,
  type JournalSetup,
  type JournalStatus,
  journalStatus,
} from '../../src/capabilities/events/index.ts'
import * as parts from '../../src/capabilities/schema/index.ts'

type Wanted = Omit<JournalSetup, 'parts'>

/** Journals tables of a database, by default all, through a session of its own. `url` says as whom. */
export function journaling(
  url: string,
  wanted: Wanted = { schemas: 'all' },
): Promise<JournalEnabled> {
  return withSession(url, session => journalingIn(session, wanted))
}

/** The same in a session that is there. */
export function journalingIn(session: TestSession, wanted: Wanted): Promise<JournalEnabled> {
  return enableJournal(session, { parts, ...wanted })
}

export function statusIn(session: TestSession): Promise<JournalStatus> {
  return journalStatus(session, { parts })
}

/** A journal as an older S-Tier has made it, of version 1, without tables. */
export function journalingAsBefore(url: string, login: string): Promise<unknown> {
  const versions = JOURNAL_PART.versions.slice(0, 1)
  const functions = JOURNAL_PART.functions.filter(
    ({ text }) => !/_(own|ahead|relations|generation)\(/.test(text),
  )
  return withSession(url, session =>
    parts.enablePart(session, { ...JOURNAL_PART, versions, functions }, [login]),
  )
}

/** And no longer: those named, or all and the journal too. */
export function unjournaling(url: string, tables?: readonly string[]): Promise<JournalDisabled> {
  return withSession(url, session =>
    disableJournal(session, tables === undefined ? { parts } : { parts, tables }),
  )
}

export interface TestSession {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

/** One connection for as long as `work` takes. */
export async function withSession<T>(
  url: string,
  work: (session: TestSession) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work({
      query: async (text, values) =>
        (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
    })
  } finally {
    await client.end()
  }
}
