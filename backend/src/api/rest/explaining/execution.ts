import type { Execution, Executor } from '../../../query/executor/index.ts'
import type { RestInput } from '../input.ts'
import { verbOf } from '../routes.ts'
import type { RestServices } from '../services.ts'
import { splitUrl, targetOf } from '../target.ts'
import { write } from '../write/write.ts'

/** A request, before it is sent. */
export interface ExplainedRequest extends Pick<RestInput, 'method' | 'headers' | 'identity'> {
  /** A path with its query string, or a whole URL. */
  readonly url: string
}

/** What the dialect needs to understand a request, without anything that could answer it. */
export type ExplainingServices = Pick<RestServices, 'catalog' | 'clock' | 'plans' | 'rules'>

/**
 * What a request would have the database do. `root`: nothing. `written`: a change of a table, whatever is in its body. Found by the
 * very functions that answer requests, with an executor that runs nothing. Rejects with the dialect's errors.
 */
export async function executionOf(
  { url, ...request }: ExplainedRequest,
  services: ExplainingServices,
): Promise<Execution | 'root' | 'written'> {
  const { path, queryString } = splitUrl(url)
  const target = targetOf(path, services.rules.rest.prefix)
  if (target.kind === 'root') return 'root'
  const name = target.name
  const input = { ...request, name, path, queryString, body: undefined, signal: undefined }
  const catcher = new Catcher()
  const verb = verbOf(target, input)
  if (verb === write) return 'written'
  try {
    await verb(input, { ...services, ...NOBODY, executor: catcher, caching: true })
  } catch (error) {
    if (catcher.caught === undefined) throw error
  }
  return catcher.caught ?? 'root'
}

/** Keeps what it is to run, and stops there. */
class Catcher implements Executor {
  caught: Execution | undefined

  run(execution: Execution): Promise<never> {
    this.caught = execution
    return Promise.reject(new Error('nothing is run'))
  }

  hedges() {
    return NONE
  }
}

const NONE = Object.freeze({ asked: 0, won: 0 })

/** Nobody is asked who it is, and nothing is described. */
const NOBODY: Pick<RestServices, 'identity' | 'describeRoot'> = Object.freeze({
  identity: {
    identify: () => unreachable(),
    recall: () => undefined,
    reload: () => Promise.resolve(),
    close: () => undefined,
  },
  describeRoot: () => unreachable(),
})

function unreachable(): never {
  throw new Error('a request that is only explained asks nobody')
}
