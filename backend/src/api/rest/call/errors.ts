import { STierError } from '../../../base/index.ts'

/** A function is called by GET, HEAD or POST only. The code and words are PostgREST's. */
export class CallMethodError extends STierError {
  readonly code = 'PGRST101'
  readonly status = 405

  constructor(method: string) {
    super(`Cannot use the ${method} method on RPC`, {
      headers: { allow: 'OPTIONS, GET, HEAD, POST' },
    })
  }
}

/** Affected rows are told by the result, so it has to be a set of them. The code and words are PostgREST's. */
export class NoSetError extends STierError {
  readonly code = 'PGRST128'
  readonly status = 400

  constructor() {
    super(
      'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
    )
  }
}
