import type { Size } from '../../programs/validation/routes.ts'

/** What is sent, by its size. */
export const BODIES: Readonly<Record<Size, string>> = {
  object: JSON.stringify(product(17)),
  order: JSON.stringify({
    ...{ customer: 17, email: 'someone@example.org', express: true },
    lines: Array.from({ length: 8 }, (_, at) => ({
      ...{ sku: `AB-100${at}`, quantity: at + 1 },
      note: "Don't fold; leave at the door",
    })),
  }),
  rows: JSON.stringify(Array.from({ length: 1_000 }, (_, at) => product(at))),
  text: JSON.stringify({
    title: 'Terms',
    text: 'The goods stay ours until they are paid for, and yours from then on.\n'.repeat(900),
  }),
}

function product(number: number) {
  return {
    name: `Cordless drill ${number}`,
    sku: `AB-${String(number).padStart(4, '0')}`,
    price: (1_999 + 100 * number) / 100,
    stock: (number * 7) % 400,
    category: 'tools',
    active: number % 3 > 0,
    weight: number % 5 === 0 ? null : 1.5,
    added: '2026-11-22T09:30:00Z',
  }
}

/** As somebody reads it: 17 bytes, 140 kB. */
export function sizeOf(body: string): string {
  const bytes = Buffer.byteLength(body)
  return bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} kB`
}
