// A plan becomes one parameterised statement. The text depends on the plan's shape only.
export { ArrayIndexError, NameTooLongError } from './errors.ts'
export { compileExplain, compileRead } from './statement.ts'
export type * from './types.ts'
