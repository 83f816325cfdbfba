import pg from 'pg'
import { disableJournal, enableJournal } from '../../backend/src/capabilities/events/index.ts'
import * as parts from '../../backend/src/capabilities/schema/index.ts'
import type { Store } from './store.ts'

type Session = Parameters<typeof enableJournal>[0]

/** Makes the store keep what changes in these tables, for S-Tier: without that it keeps no answers from them. */
export async function journal(store: Store, tables: readonly string[]): Promise<void> {
  await withSession(store, session =>
    enableJournal(session, { parts, tables, logins: ['authenticator'] }),
  )
}

/** Takes away what a question before has left: a journal costs those who write, and lets S-Tier keep answers. */
export async function unjournal(store: Store): Promise<void> {
  await withSession(store, session => disableJournal(session, { parts }))
}

async function withSession(
  { url }: Store,
  work: (session: Session) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const query = async (text: string, values?: readonly unknown[]) => {
      const { rows } = await client.query<Record<string, unknown>>(text, values && [...values])
      return rows
    }
    await work({ query })
  } finally {
    await client.end()
  }
}
