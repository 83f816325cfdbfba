import pg from 'pg'
export interface TestDatabase {
  readonly name: string
  /** As the superuser `postgres`. */
  readonly url: string
  /** As the role `authenticator`, the one that the server logs in as. */
  readonly authenticatorUrl: string
  /** Runs one statement as the superuser and returns its rows. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}
/** A fresh database on the test cluster. `sql` runs in it at once, as one string of any number of statements. */
export declare function createDatabase(sql?: string): Promise<TestDatabase>
/** A fresh copy of another database of the cluster, to which nobody may be connected. */
export declare function createFrom(template: string): Promise<TestDatabase>
/** One statement on the cluster itself, as the superuser. */
export declare function onCluster(text: string): Promise<pg.QueryResultRow[]>
