import { expect, test } from 'vitest'
import { createStoreDatabase } from './store.ts'

test('each copy of the store is whole and independent', async () => {
  const first = await createStoreDatabase()
  const second = await createStoreDatabase()
  await first.query('delete from wishes')
  expect(await first.query('select count(*)::int as count from wishes')).toEqual([{ count: 0 }])
  const [wishes] = await second.query<{ count: number }>(
    'select count(*)::int as count from wishes',
  )
  expect(wishes?.count).toBeGreaterThan(200)
  await first.drop()
  await second.drop()
})

test('test files that start together share one template', async () => {
  const databases = await Promise.all([1, 2, 3].map(createStoreDatabase))
  expect(new Set(databases.map(database => database.name)).size).toBe(3)
  await Promise.all(databases.map(database => database.drop()))
})
