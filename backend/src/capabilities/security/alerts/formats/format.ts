import type { Notice } from '../notice.ts'
import { ecsDocument } from './ecs.ts'
import { ocsfFinding } from './ocsf.ts'

/** What a notice looks like for programs: our own way, that of Elastic (ECS), or of OCSF. */
export const FORMATS = ['s-tier', 'ecs', 'ocsf'] as const
export type Format = (typeof FORMATS)[number]

/** A notice as an object of somebody else's schema. Undefined: the sink's own way holds. */
export function foreignDocument(format: Format, notice: Notice): object | undefined {
  switch (format) {
    case 's-tier':
      return undefined
    case 'ecs':
      return ecsDocument(notice)
    case 'ocsf':
      return ocsfFinding(notice)
  }
}
