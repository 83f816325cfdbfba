import type { Queryable } from '../types.ts'

interface Writing {
  readonly writers: number
  /** Of each writer, with three rows. */
  readonly transactions: number
}

/**
 * Writers at once into `thing (id, writer, turn)`, whose transactions overlap, with savepoints that are kept and others that are not.
 * Answers the ids that were committed.
 */
export async function writeAtOnce(
  harness: { session(): Promise<Queryable> },
  { writers, transactions }: Writing,
): Promise<readonly string[]> {
  const all = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const session = await harness.session()
      const written: string[] = []
      for (let turn = 0; turn < transactions; turn++) {
        written.push(...(await transaction(session, writer, turn)))
      }
      return written
    }),
  )
  return all.flat()
}

async function transaction(session: Queryable, writer: number, turn: number) {
  const id = (part: number) => String(writer * 1_000_000 + turn * 10 + part)
  const insert = (part: number) =>
    `insert into thing values (${id(part)}, ${writer}, ${turn * 10 + part})`
  await session.query(`begin; ${insert(1)}`)
  await session.query(`savepoint kept; ${insert(2)}; release kept`)
  await session.query(`savepoint gone; ${insert(9)}; rollback to gone; ${insert(3)}`)
  if (turn % 3 === writer % 3) await new Promise(resolve => setTimeout(resolve, writer + turn))
  await session.query('commit')
  if (turn % 5 === 4) await session.query(`begin; ${insert(8)}; rollback`)
  return [id(1), id(2), id(3)]
}
