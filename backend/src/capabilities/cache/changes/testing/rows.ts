/** A row before and after a change. A size that is `unknown` stands for what the change does not tell. */
export interface Rows {
  readonly old: Row | undefined
  readonly new: Row | undefined
}
export type Row = Readonly<Record<'colour' | 'size', string | null>>
type Field = keyof Row

export function fieldsOf(rows: Rows, field: string): readonly (string | null)[] | undefined {
  if (rows.new?.size === 'unknown') return undefined
  return [rows.old, rows.new].flatMap(row => (row === undefined ? [] : [row[field as Field]]))
}
