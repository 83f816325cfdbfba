import { signToken } from '../api/http/index.ts'
import type { Config } from '../config.ts'
import { restUrl } from './serving.ts'

/** A customer of the sample store with orders. */
const SAMPLE_CUSTOMER = 10

/** What `s-tier dev` says once it serves: where, three requests to paste, a token for each role. */
export function devBanner(address: string, config: Config, adminUrl: string): string {
  const rest = restUrl(address, config)
  const token = (claims: Record<string, unknown>) => signToken(claims, config.jwt)
  const customer = token({ role: 'authenticated', customer_id: SAMPLE_CUSTOMER })
  return `
S-Tier serves the sample store at ${rest}
PostgreSQL is at                   ${adminUrl}

Try it: the dearest tents,

  curl '${rest}/products?select=name,price,categories!inner(name)&categories.name=eq.Tents&order=price.desc&limit=3'

what sold best, from the schema 'reporting',

  curl '${rest}/best_sellers?limit=3' -H 'Accept-Profile: reporting'

and the latest orders of customer ${SAMPLE_CUSTOMER} with their lines, as that customer:

  curl '${rest}/orders?select=id,status,total,order_lines(quantity,products(name))&order=placed_at.desc&limit=2' \\
    -H 'Authorization: Bearer ${customer}'

Development tokens, for the header 'Authorization: Bearer …':

  anon           ${token({ role: 'anon' })}
  authenticated  ${customer}
  service_role   ${token({ role: 'service_role' })}

More: npx s-tier token --role authenticated --claim customer_id=20. Ctrl-C stops everything.

`
}
