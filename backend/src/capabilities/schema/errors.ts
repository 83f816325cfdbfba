import { STierError } from '../../base/index.ts'

/** Its owner can put anything in the place of ours, and would act with the rights of whoever changes it. */
export class ForeignSchemaError extends STierError {
  readonly code = 'ST212'
  readonly status = 500

  constructor(owner: string) {
    super(`The schema s_tier belongs to the role '${owner}'`, {
      hint: 'Connect as that role, or drop the schema if it is not meant for S-Tier.',
    })
  }
}

/** A later S-Tier has been here: this one does not know what is in the schema, and leaves it alone. */
export class NewerPartError extends STierError {
  readonly code = 'ST210'
  readonly status = 500

  constructor(part: string, version: number, known: number) {
    super(
      `The part '${part}' of the schema s_tier has version ${version}, this S-Tier knows ${known}`,
      {
        hint: 'Use the S-Tier that made it, or a later one.',
      },
    )
  }
}

/** A role that is to use a part does not exist. Nothing has been changed. */
export class UserMissingError extends STierError {
  readonly code = 'ST213'
  readonly status = 500

  constructor(role: string) {
    super(`The role "${role}" does not exist`, {
      hint: `Name the role that servers log in as, the user of their URL; or make it first: create role "${role.replaceAll('"', '""')}" login noinherit`,
    })
  }
}
