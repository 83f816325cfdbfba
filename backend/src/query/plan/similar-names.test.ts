import { expect, test } from 'vitest'
import { similarName } from './similar-names.ts'

test('a dropped, added, wrong or swapped letter is forgiven', () => {
  expect(similarName('film', ['actors', 'films'])).toBe('films')
  expect(similarName('filmss', ['actors', 'films'])).toBe('films')
  expect(similarName('folms', ['actors', 'films'])).toBe('films')
  expect(similarName('flims', ['actors', 'films'])).toBe('films')
})

test('case does not count', () => {
  expect(similarName('FILMS', ['films'])).toBe('films')
})

test('the most similar of several wins, the first of equals', () => {
  expect(similarName('project', ['projects', 'projectors'])).toBe('projects')
  expect(similarName('itemsx', ['itemsa', 'itemsb'])).toBe('itemsa')
})

test('names that are merely related are not suggested', () => {
  expect(similarName('noclosealternative', ['roles', 'films'])).toBeUndefined()
  expect(similarName('user', ['app_users'])).toBeUndefined()
  expect(similarName('abcd', ['wxyz'])).toBeUndefined()
})

test('the least likeness can be chosen', () => {
  expect(similarName('nam', ['name'])).toBe('name')
  expect(similarName('nme', ['name'], 0.8)).toBeUndefined()
  expect(similarName('ids', ['id'], 0.5)).toBe('id')
})

test('a name that PostgreSQL could not hold, or the 2,001st candidate, is not looked at', () => {
  expect(similarName('a'.repeat(64), ['a'.repeat(63)])).toBeUndefined()
  const many = Array.from({ length: 2_000 }, () => 'zzzzz')
  expect(similarName('films', [...many, 'film'])).toBeUndefined()
})

test('an empty name resembles nothing', () => {
  expect(similarName('', ['films'])).toBeUndefined()
})
