export const ROUTES = ['no schema', "Fastify's schema", 'S-Tier'] as const
export type Route = (typeof ROUTES)[number]
