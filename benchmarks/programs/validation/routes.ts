export const ROUTES = ['no schema', "Fastify's schema", 'S-Tier'] as const
export type Route = (typeof ROUTES)[number]

/** Bodies of one size each, for a path of the same name. */
export const SIZES = ['object', 'order', 'rows', 'text'] as const
export type Size = (typeof SIZES)[number]
