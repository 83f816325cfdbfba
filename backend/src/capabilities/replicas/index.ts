// Several servers with one database: who is the primary, which replica serves a read, and what a read must wait for so that
// nobody sees the database older than his own last write. Watches and chooses; it neither promotes nor holds connections.
export {
  type ConsistencyToken,
  formatConsistencyToken,
  historyOf,
  latestToken,
  parseConsistencyToken,
} from './consistency-token.ts'
export type { NodeChange } from './council.ts'
export { NoNodeError, NoPrimaryError } from './errors.ts'
export type { ReplicasEvent } from './events.ts'
export { type ReplicasHost, type ReplicasPluginOptions, replicasPlugin } from './fastify.ts'
export { formatLsn, type Lsn, parseLsn } from './lsn.ts'
export {
  createNodeSource,
  type NodeSource,
  type NodeSourceSetup,
  type Queryable,
} from './node-source.ts'
export {
  REPLICAS_CHECKS,
  REPLICAS_DEFAULTS,
  type ReplicasOptions,
  type ReplicasRules,
} from './options.ts'
export type { Ejection } from './placement.ts'
export { END_OF_LOG, NODE_QUESTION, type NodeAnswer, nodeAnswerOf } from './question.ts'
export { createReplicas, type Replicas, type ReplicasSetup, type Suspicion } from './replicas.ts'
export {
  type NeedHeaders,
  readNeedOf,
  TOKEN_COOKIE,
  TOKEN_HEADER,
  tokenCookie,
} from './request-need.ts'
export type { ReadNeed } from './routing.ts'
export type { NodeStatus } from './status.ts'
