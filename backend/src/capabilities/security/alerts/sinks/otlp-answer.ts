import { isObject } from '../../../../base/index.ts'
import type { Remark } from '../sink.ts'

/**
 * What a collector says of records that it did not take, or of what it would like otherwise: `partialSuccess` of ExportLogsServiceResponse,
 * whose number of records is text, as all with 64 bits. Undefined: nothing, or nothing that could be read.
 */
export function partialSuccessOf(body: string): Remark | undefined {
  const answer = parsed(body)
  const partial = isObject(answer) ? answer['partialSuccess'] : undefined
  if (!isObject(partial)) return undefined
  const { rejectedLogRecords, errorMessage } = partial
  const rejected = Number(rejectedLogRecords)
  const count = Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  const message = typeof errorMessage === 'string' ? errorMessage : ''
  return count === 0 && message === '' ? undefined : { count, message }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
