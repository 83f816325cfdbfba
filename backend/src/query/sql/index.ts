// A plan becomes one parameterised statement. The text depends on the plan's shape only.
export { compileCall, compileExplainedCall } from './call.ts'
export { ArrayIndexError, NameTooLongError } from './errors.ts'
export { guardedRows } from './guard.ts'
export { compileExplain, compileRead } from './statement.ts'
export type * from './types.ts'
export { compileExplainedWrite, compileWrite } from './write.ts'
