import { expect, test } from 'vitest'
import { createLog, type LogStyle } from './log.ts'

function recorded(style: LogStyle) {
  const lines: string[] = []
  return { lines, log: createLog(style, { write: text => lines.push(text) }) }
}

const error = Object.assign(new Error('it broke'), { code: 'ST123' })

test('JSON lines hold level, time, message and facts, and no stack', () => {
  const { lines, log } = recorded({ level: 'info', format: 'json' })
  log({ level: 'warn', message: 'hm', fields: { waiting: 3 }, error })
  log({ level: 'info', message: 'plain' })
  log({ level: 'debug', message: 'unheard' })
  expect(lines.map(line => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: 'hm',
      waiting: 3,
      error: 'it broke',
      code: 'ST123',
    }),
    expect.objectContaining({ level: 'info', msg: 'plain', pid: process.pid }),
  ])
  expect(lines[0]).not.toContain('stack')
})

test('text lines are short, with a mark for what is wrong', () => {
  const { lines, log } = recorded({ level: 'info', format: 'text' })
  log({ level: 'info', message: 'Started', fields: { port: 3000, missing: undefined } })
  log({ level: 'error', message: 'No', error: 'just a text' })
  log({ level: 'debug', message: 'unheard' })
  expect(lines.map(line => line.replace(/^\d\d:\d\d:\d\d/, 'T'))).toEqual([
    'T Started port=3000\n',
    'T error No error=just a text\n',
  ])
})

test.each(['json', 'text'] as const)('as %s, stacks are told at level debug', format => {
  const { lines, log } = recorded({ level: 'debug', format })
  log({ level: 'error', message: 'No', error })
  expect(lines[0]).toContain('log.test.ts')
})

test.each(['json', 'text'] as const)('as %s, silent says nothing', format => {
  const { lines, log } = recorded({ level: 'silent', format })
  log({ level: 'error', message: 'No', error })
  expect(lines).toEqual([])
})
