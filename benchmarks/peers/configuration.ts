/** What the measuring process tells a peer, by environment. */
export const port = Number(process.env['PORT'])
export const databaseUrl = process.env['DATABASE_URL'] ?? ''
/** As large as S-Tier's: a comparison at the same number of connections. */
export const poolSize = Number(process.env['POOL_SIZE'])
/** Where S-Tier answers, for those that answer the same. */
export const sTierUrl = process.env['S_TIER_URL'] ?? ''
