// All servers of the database: each behind its breaker and its pool, the watch over them, and the router between them.
export { firstAnswering } from './first-answering.ts'
export {
  createNodes,
  type Nodes,
  type NodesCheck,
  type NodesSetup,
  type PoolOfNode,
  type ServerNode,
} from './nodes.ts'
export { type NodeTarget, nodeTargets } from './targets.ts'
