import type { Catalog } from '../../query/catalog/index.ts'
import { describe } from './describe.ts'
import { createDocuments, type Document } from './documents.ts'
import { DocumentsDisabledError } from './errors.ts'
import type { OpenApiRules } from './options.ts'
import { describeAsSwagger } from './swagger/describe-as-swagger.ts'
import { SERVER_VERSION } from './version.ts'

/** What the documents say of the configuration. */
export interface DescriberRules {
  readonly openapi: OpenApiRules
  /** Path before the relations. */
  readonly prefix: string
  /** Requests without a token are served. */
  readonly anonymous: boolean
  /** Plans of statements are answered: `database.planEnabled`. */
  readonly plans: boolean
  /** Answers say what is left of limits. Default false. */
  readonly limits?: boolean | undefined
  /** Answers of reads are kept at this moment. */
  readonly caching: () => boolean
}

/** Who asks for which schema, of which snapshot. The schema is one of the catalog's. */
export interface Asked {
  readonly catalog: Catalog
  readonly role: string
  readonly schema: string
}

/** The documents of the API for those who ask. Both throw PGRST126 while documents are switched off. */
export interface Describer {
  openApi(asked: Asked): Document
  swagger(asked: Asked): Document
}

/** Each document is made once for a snapshot, a role and a schema, and kept within bounds. */
export function createDescriber(rules: DescriberRules): Describer {
  const documents = createDocuments()
  const { mode, securityActive, serverUrl = rules.prefix } = rules.openapi
  const { anonymous, plans, limits } = rules
  const version = SERVER_VERSION

  function roleOf({ role }: Asked): string | undefined {
    if (mode === 'disabled') throw new DocumentsDisabledError()
    return mode === 'ignore-privileges' ? undefined : role
  }

  return {
    openApi(asked) {
      const { catalog, schema } = asked
      const role = roleOf(asked)
      const caching = rules.caching()
      return documents.get(catalog.version, `3.1 ${caching}\n${schema}\n${role ?? ''}`, () =>
        describe(catalog, role, {
          ...{ schema, serverUrl, anonymous, plans, caching, limits, version },
        }),
      )
    },
    swagger(asked) {
      const { catalog, schema } = asked
      const role = roleOf(asked)
      return documents.get(catalog.version, `2.0\n${schema}\n${role ?? ''}`, () =>
        describeAsSwagger(catalog, role, { schema, serverUrl, securityActive, version }),
      )
    },
  }
}
