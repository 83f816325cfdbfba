/**
 * One connection to PostgreSQL, as the catalog needs it: statements run one after the other on the same session.
 * Values are text; the SQL casts them. Rows are objects by column name.
 */
export interface Queryable {
  query(
    text: string,
    values?: readonly string[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
}
