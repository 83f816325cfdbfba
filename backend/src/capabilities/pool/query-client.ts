import pg from 'pg'
import { ConnectionError, DatabaseError } from './errors.ts'

/** One statement through the driver, its errors in our words. */
export async function queryClient(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  try {
    const { rows } = await client.query<Record<string, unknown>>(text, [...values])
    return rows
  } catch (error) {
    throw isFromServer(error) ? databaseErrorOf(error) : new ConnectionError('PGRST001', error)
  }
}

type ServerError = InstanceType<typeof pg.DatabaseError>

function isFromServer(error: unknown): error is ServerError {
  return error instanceof pg.DatabaseError
}

function databaseErrorOf(error: ServerError): DatabaseError | ConnectionError {
  const told = new DatabaseError({
    severity: error.severity ?? 'ERROR',
    code: error.code ?? 'XX000',
    message: error.message,
    detail: error.detail,
    hint: error.hint,
    schema: error.schema,
    table: error.table,
    column: error.column,
    constraint: error.constraint,
  })
  return told.isFatal ? new ConnectionError('PGRST001', told) : told
}
