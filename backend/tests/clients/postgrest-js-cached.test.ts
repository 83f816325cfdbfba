import { expect, test } from 'vitest'
import { cached } from './read-twice.ts'

// The same client, unmodified, over a server that keeps answers: whatever may be kept is asked twice. Writes are there too, for
// over such a server they take other steps, which tell what they changed: rollbacks, refusals after the statement, counts and
// what is aborted must be as they are without.
cached.isOn = true
await import('./postgrest-js.test.ts')
await import('./postgrest-js-calls.test.ts')
await import('./postgrest-js-writes.test.ts')

test('most of it was answered from what was kept', () => {
  expect(cached.hits).toBeGreaterThan(60)
})
