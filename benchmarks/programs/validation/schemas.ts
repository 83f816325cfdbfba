import type { Size } from './routes.ts'

const product = objectOf({
  name: { type: 'string', minLength: 1, maxLength: 200 },
  sku: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
  price: { type: 'number', minimum: 0 },
  stock: { type: 'integer', minimum: 0 },
  category: { type: 'string', maxLength: 50 },
  active: { type: 'boolean' },
  weight: { type: ['number', 'null'] },
  added: { type: 'string', maxLength: 30 },
})
const line = objectOf({
  sku: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
  quantity: { type: 'integer', minimum: 1, maximum: 1_000 },
  note: { type: 'string', maxLength: 200 },
})

/** What a body of each size has to be. */
export const SCHEMAS: Readonly<Record<Size, object>> = {
  object: product,
  order: objectOf({
    customer: { type: 'integer', minimum: 1 },
    email: { type: 'string', maxLength: 254 },
    express: { type: 'boolean' },
    lines: { type: 'array', minItems: 1, maxItems: 100, items: line },
  }),
  rows: { type: 'array', maxItems: 10_000, items: product },
  text: objectOf({
    title: { type: 'string', maxLength: 200 },
    text: { type: 'string', maxLength: 65_536 },
  }),
}

function objectOf(properties: Readonly<Record<string, object>>): object {
  const required = Object.keys(properties)
  return { type: 'object', additionalProperties: false, required, properties }
}
