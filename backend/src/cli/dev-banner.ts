import { signToken } from '../api/http/index.ts'
import type { Config } from '../config.ts'
import type { DevDatabase } from './embedded/index.ts'
import type { Server } from '../server.ts'
import { restUrl } from './serving.ts'

/** A customer of the sample store with orders. */
const SAMPLE_CUSTOMER = 10

/** Where the API is described, unless that is switched off. */
function described(address: string, { openapi }: Config): string {
  if (openapi.mode === 'disabled') return ''
  const page = openapi.docs ? `Its page to read and to try it is  ${address}/docs\n` : ''
  return `${page}Its OpenAPI document is            ${address}/openapi.json\n`
}

/** Whether answers are kept, and how to see it, or what would make it so. */
function cacheLine(rest: string, status: Server['cacheStatus']): string {
  if (status === undefined) return ''
  const { state, journaled, reason } = status
  if (state === 'absent') return `Answers are not kept. ${reason ?? ''}\n`
  return `The cache is on for ${journaled.length} tables:   curl -i '${rest}/products?limit=1'   (twice: see Cache-Status)\n`
}

/** What `s-tier dev` says once it serves: where, five requests to paste, a token for each role. */
export function devBanner(
  address: string,
  config: Config,
  { url, adminUrl }: Pick<DevDatabase, 'url' | 'adminUrl'>,
  cacheStatus: Server['cacheStatus'],
): string {
  const rest = restUrl(address, config)
  const token = (claims: Record<string, unknown>) => signToken(claims, config.jwt)
  const customer = token({ role: 'authenticated', customer_id: SAMPLE_CUSTOMER })
  return `
S-Tier serves the sample store at ${rest}
${described(address, config)}PostgreSQL is at                   ${adminUrl}
The server itself logs in as       ${new URL(url).username}
${cacheLine(rest, cacheStatus)}
Try it: the dearest tents,

  curl '${rest}/products?select=name,price,categories!inner(name)&categories.name=eq.Tents&order=price.desc&limit=3'

what sold best, from the schema 'reporting',

  curl '${rest}/best_sellers?limit=3' -H 'Accept-Profile: reporting'

the call of a function,

  curl '${rest}/rpc/search_products?query=tent&max_price=200&select=name,price&limit=3'

the latest orders of customer ${SAMPLE_CUSTOMER} with their lines, as that customer,

  curl '${rest}/orders?select=id,status,total,order_lines(quantity,products(name))&order=placed_at.desc&limit=2' \\
    -H 'Authorization: Bearer ${customer}'

and a write (with ', tx=rollback' after 'representation' nothing stays):

  curl '${rest}/addresses' -H 'Prefer: return=representation' \\
    -H 'Authorization: Bearer ${customer}' -H 'Content-Type: application/json' \\
    -d '{"customer_id":${SAMPLE_CUSTOMER},"label":"cabin","street":"Lake Road 1","postal_code":"0001","city":"Oslo","country_code":"NO"}'

Development tokens, for the header 'Authorization: Bearer …':

  anon           ${token({ role: 'anon' })}
  authenticated  ${customer}
  service_role   ${token({ role: 'service_role' })}

Another token:  npx s-tier token --role authenticated --claim customer_id=20
Its types:      npx s-tier types '${url}' --schema ${config.database.schemas.join(',')}

Ctrl-C stops everything.

`
}
