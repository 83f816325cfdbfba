import { expect, test } from 'vitest'
import { atLeast, atMost, type Outcome } from './trial.ts'
import { renderMarkdown, renderOutcome } from './trial-report.ts'

const OUTCOME: Outcome = {
  columns: [
    { name: 'time, ms', digits: 1 },
    { name: 'lost', digits: 0 },
  ],
  rows: [
    { name: 'ours', values: [1.26, 0] },
    { name: 'theirs', values: [12.5, undefined] },
    { name: 'nobody', values: ['never', undefined] },
  ],
  bars: [atMost('time, of theirs', 0.1008, 0.25), atLeast('share', 0.5, 0.9, 'It was raining')],
  raw: [],
}

test('a table lines up, and a missed bar says why', () => {
  const text = renderOutcome({ name: 't', title: 'A trial', run: async () => OUTCOME }, OUTCOME)
  expect(text.split('\n')).toEqual([
    '',
    'A trial',
    '        time, ms  lost',
    'ours         1.3     0',
    'theirs      12.5      ',
    'nobody     never      ',
    '  met     time, of theirs: 0.1008, bar: at most 0.25',
    '  MISSED  share: 0.5, bar: at least 0.9. It was raining',
  ])
})

test('the same as Markdown', () => {
  expect(renderMarkdown(OUTCOME).split('\n')).toEqual([
    '|  | time, ms | lost |',
    '| --- | ---: | ---: |',
    '| ours | 1.3 | 0 |',
    '| theirs | 12.5 |  |',
    '| nobody | never |  |',
    '',
    '- Met: time, of theirs: 0.1008, bar: at most 0.25',
    '- **Missed**: share: 0.5, bar: at least 0.9. It was raining',
  ])
})
