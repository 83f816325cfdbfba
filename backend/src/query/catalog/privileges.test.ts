import { expect, test } from 'vitest'
import { parseExecutors, parsePrivileges } from './privileges.ts'

test('letters become privileges, grant options and others aside', () => {
  expect(parsePrivileges(['anon=ar*wdDxtm/owner'])).toEqual([
    { role: 'anon', kind: 'insert' },
    { role: 'anon', kind: 'select' },
    { role: 'anon', kind: 'update' },
    { role: 'anon', kind: 'delete' },
  ])
})

test('a quoted role is unquoted, an empty one is PUBLIC', () => {
  expect(parsePrivileges(['"a=""b""/c"=r/owner', '=r/"o=w"'])).toEqual([
    { role: 'a="b"/c', kind: 'select' },
    { role: 'PUBLIC', kind: 'select' },
  ])
  expect(parseExecutors(['=X/owner', 'anon=/owner', 'web=X*/owner'])).toEqual(['PUBLIC', 'web'])
})
