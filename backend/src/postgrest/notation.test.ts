import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as notations from './notation.ts'

test('a switch is a word in any case, or a number', () => {
  expect(['true', 'TRUE', 'True', '1', '7', 'on'].map(notations.boolean.read)).toEqual(
    Array(6).fill(true),
  )
  expect(['false', 'False', '0', '-1'].map(notations.boolean.read)).toEqual(Array(4).fill(false))
  expect(['maybe', ''].map(notations.boolean.read)).toEqual([undefined, undefined])
})

test('seconds become milliseconds, and nothing but whole ones', () => {
  expect(['10', ' 30 ', '0'].map(notations.seconds.read)).toEqual([10_000, 30_000, 0])
  expect(['10s', '1.5', ''].map(notations.seconds.read)).toEqual(Array(3).fill(undefined))
})

test('the signs for every address are addresses of Node', () => {
  expect(['*', '*4', '!4', '*6', '!6', '127.0.0.1', 'box'].map(notations.host.read)).toEqual([
    '::',
    '0.0.0.0',
    '0.0.0.0',
    '::',
    '::',
    '127.0.0.1',
    'box',
  ])
})

test('log levels are ours, but for crit', () => {
  expect(['crit', 'error', 'debug'].map(notations.logLevel.read)).toEqual([
    'error',
    'error',
    'debug',
  ])
  expect(notations.logLevel.read('silent')).toBeUndefined()
})

test('an audience is one, whatever commas it has', () => {
  expect(notations.single.read('https://a,b')).toEqual(['https://a,b'])
})

test('a connection is a URL, pairs, or a file with one of them', () => {
  const { read } = notations.connection
  expect(read('postgres://u:p@h:1/d?sslmode=require')).toBe('postgres://u:p@h:1/d?sslmode=require')
  expect(read('postgres://u@/d')).toBe('postgres://u@localhost/d')
  expect(read('postgresql://')).toBe('postgresql://')
  expect(read("host=db port = 5433 password='it\\'s a @' dbname=app")).toBe(
    "postgresql://?host=db&port=5433&password=it's%20a%20%40&dbname=app",
  )
  expect(['nonsense', 'host=', 'a b=c', '@/not/there'].map(read)).toEqual([
    undefined,
    'postgresql://?host=',
    undefined,
    undefined,
  ])
  const directory = mkdtempSync(join(tmpdir(), 'stier-uri-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'uri'), 'postgres://u@h/d\n')
  expect(read(`@${join(directory, 'uri')}`)).toBe('postgres://u@h/d')
})
