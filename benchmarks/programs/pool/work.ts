/** What a caller does with a connection. */
export type Work =
  | { readonly kind: 'sleep'; readonly ms: number } // Holds it, and costs PostgreSQL next to nothing.
  | { readonly kind: 'one-row' } // By key.
  | { readonly kind: 'aggregate' } // Nothing but processor time: some milliseconds of it.

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

const ROWS = 100_000
const AGGREGATED = 10_000

/** The table that `one-row` and `aggregate` read. */
export const MEASUREMENTS = `
  create table measurements (id integer primary key, value double precision not null);
  insert into measurements select id, random() from generate_series(1, ${ROWS}) id;
  analyze measurements;
`

/** One statement; keys are spread over the table by `turn`, the same ones for everybody. */
export function statementOf(work: Work, turn: number): Statement {
  const key = 1 + ((turn * 7_919) % (ROWS - AGGREGATED))
  switch (work.kind) {
    case 'sleep':
      return { text: 'select pg_sleep($1)', values: [work.ms / 1000] }
    case 'one-row':
      return { text: 'select id, value from measurements where id = $1', values: [key] }
    case 'aggregate':
      return { text: AGGREGATE, values: [key, key + AGGREGATED] }
  }
}

const AGGREGATE = `select count(*), avg(value), stddev(value) from measurements where id between $1 and $2`
