import type { Lsn } from './lsn.ts'
import {
  BARE_NODE_QUESTION,
  NODE_QUESTION,
  type NodeAnswer,
  nodeAnswerOf,
  REPLAYED_QUESTION,
  replayedOf,
} from './question.ts'

/** One node, as far as it is asked about itself. Questions may take for ever: whoever asks has a clock. */
export interface NodeSource {
  readonly name: string
  ask(): Promise<NodeAnswer>
  /** How far a standby is replayed. */
  replayed(): Promise<Lsn>
  /** It did not answer in time: the next question is to go over a new connection. */
  renew?(): void
  close(): Promise<void>
}

/** A connection that comes back by itself: rows as objects by column name. */
export interface Queryable {
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

export interface NodeSourceSetup {
  readonly name: string
  /** One connection of its own, so that questions do not wait behind the work of a pool. */
  readonly database: Queryable
  /** Drops that connection, with what is asked over it. */
  readonly renew?: (() => void) | undefined
  readonly close?: (() => Promise<void>) | undefined
}

/** A real node behind one connection. */
export function createNodeSource(setup: NodeSourceSetup): NodeSource {
  const { name, database, renew, close } = setup
  let question = NODE_QUESTION

  async function ask(): Promise<NodeAnswer> {
    try {
      return nodeAnswerOf(await firstRow(database, question))
    } catch (error) {
      if (question === BARE_NODE_QUESTION || !isForbidden(error)) throw error
      question = BARE_NODE_QUESTION
      return ask()
    }
  }

  return {
    name,
    ask,
    replayed: async () => replayedOf(await firstRow(database, REPLAYED_QUESTION)),
    renew: () => renew?.(),
    close: async () => close?.(),
  }
}

async function firstRow(database: Queryable, question: string) {
  const [row = {}] = await database.query(question)
  return row
}

/** insufficient_privilege, undefined_function: a host that keeps the control file to itself. */
const FORBIDDEN: ReadonlySet<unknown> = new Set(['42501', '42883'])

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FORBIDDEN.has(error.code)
}
