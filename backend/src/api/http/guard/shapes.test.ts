import { expect, test } from 'vitest'
import { shapesInUrl } from './shapes.ts'

test.each([
  "/users?name=eq.x'%20or%201=1--",
  "/users?name=eq.x'+union+select+null,null--",
  '/users?name=like.%3Cscript%3Ealert(1)%3C/script%3E',
  '/files?path=eq.../../../../etc/passwd',
])('%s looks like an attack', url => {
  expect(shapesInUrl(url)).not.toEqual([])
})

test.each([
  '/users',
  "/users?name=eq.O'Brien",
  '/users?select=id,name,orders(id,total)&id=in.(1,2,3)&order=name.desc&limit=10',
  '/users?or=(age.gt.18,and(name.eq.a,name.neq.b))',
  '/users?name=eq.select%20your%20seat',
  '/users?name=eq.%zz',
])('%s does not', url => {
  expect(shapesInUrl(url)).toEqual([])
})
