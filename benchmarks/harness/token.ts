import { createHmac } from 'node:crypto'

/** A JSON Web Token signed with HS256 (RFC 7519), written out so that S-Tier is not measured with its own signer. */
export function signToken(claims: Readonly<Record<string, unknown>>, secret: string): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map(part =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = createHmac('sha256', secret).update(parts.join('.')).digest('base64url')
  return [...parts, signature].join('.')
}
