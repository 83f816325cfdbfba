// The schema `s_tier`: what S-Tier keeps in a served database, where somebody asked for it. It is made of parts, which
// are enabled, brought up to date and disabled one by one; nothing is written there otherwise.
export { disablePart, type Disabled } from './disable.ts'
export { enablePart, type Enabled } from './enable.ts'
export { ForeignSchemaError, NewerPartError, UserMissingError } from './errors.ts'
export type { PartVersion, Queryable, SchemaPart } from './part.ts'
export { partStatus, type PartStatus } from './status.ts'
