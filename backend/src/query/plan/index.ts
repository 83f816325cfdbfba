// The one query representation. Front ends build a `ReadRequest`; `planRead` checks it against the catalog and
// answers an immutable `ReadPlan`, which `query/sql` compiles.
export {
  AggregatesNotAllowedError,
  ColumnNotFoundError,
  DuplicateEmbedError,
  EmbedFilterError,
  NestingError,
  NotEmbeddedError,
  NotGroupedError,
  NotImplementedError,
  InvalidQueryError,
  RelatedOrderError,
  RelationNotFoundError,
  SchemaNotExposedError,
} from './errors.ts'
export { planCall } from './call.ts'
export { placeOf } from './grouping.ts'
export { findOperator, type Operator, OPERATORS } from './operators.ts'
export { findRoutine, hasOverloadForBody, overloadsOf } from './overloads.ts'
export type { PlanRules } from './planning.ts'
export { exposedRelation, planRead } from './read.ts'
export { AmbiguousRelationshipError, RelationshipNotFoundError } from './relationship-errors.ts'
export type * from './request.ts'
export { answersValues, VALUE_COLUMN } from './results.ts'
export { AmbiguousRoutineError, RoutineNotFoundError } from './routine-errors.ts'
export { similarName } from './similar-names.ts'
export { parseTypeName, type TypeName } from './type-name.ts'
export type * from './types.ts'
export { leavesNoTrace, writeLeavesNoTrace } from './traces.ts'
export { isParameter } from './unread.ts'
export { fieldsOf, nodesOf, relationsOf } from './walk.ts'
export { planWrite } from './write.ts'
export { PutFilterError, PutKeyError, WrittenColumnNotFoundError } from './write-errors.ts'
