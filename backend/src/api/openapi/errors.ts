import { STierError } from '../../base/index.ts'

/** Documents are switched off (`openapi.mode`). The code and words are PostgREST's. */
export class DocumentsDisabledError extends STierError {
  readonly code = 'PGRST126'
  readonly status = 404

  constructor() {
    super('Root endpoint metadata is disabled')
  }
}
