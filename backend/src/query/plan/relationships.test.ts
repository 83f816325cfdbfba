import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { embed, field, read, star } from '../../../tests/support/requests.ts'
import type { Relationship } from '../catalog/index.ts'
import type { SelectRequest } from './request.ts'
import { planRead } from './read.ts'

const rules = { aggregates: false, rowsMax: undefined }

function follow(relation: string, ...select: SelectRequest[]): Relationship | undefined {
  return planRead(agency, read(relation, { select }), rules).embeds[0]?.relationship
}

test('the other relation, the foreign key and its column all mean the key', () => {
  for (const target of ['clients', 'client', 'client_id']) {
    const found = follow('projects', embed(target, [star]))
    expect(found).toMatchObject({ kind: 'many-to-one', constraint: 'client' })
  }
})

test('a hint is a constraint, a column of either end or a junction', () => {
  for (const hint of ['client', 'client_id', 'id']) {
    const found = follow('projects', embed(`clients!${hint}`, [star]))
    expect(found).toMatchObject({ kind: 'many-to-one', constraint: 'client' })
  }
  expect(follow('projects', embed('people!assignments', [star]))).toMatchObject({
    kind: 'many-to-many',
    junction: { name: 'assignments' },
  })
})

test('a target that is a key or column means the table, never its views', () => {
  expect(follow('tasks', embed('project', [star]))).toMatchObject({ to: { name: 'projects' } })
  expect(follow('tasks', embed('project_id', [star]))).toMatchObject({ to: { name: 'projects' } })
  expect(follow('tasks', embed('projects_view', [star]))).toMatchObject({
    to: { name: 'projects_view' },
  })
})

test('one-to-one is to-one from both ends', () => {
  const plan = planRead(agency, read('projects', { select: [embed('briefs', [star])] }), rules)
  expect(plan.embeds[0]).toMatchObject({ toOne: true, relationship: { kind: 'one-to-one' } })
  const back = planRead(agency, read('briefs', { select: [embed('projects', [star])] }), rules)
  expect(back.embeds[0]).toMatchObject({ toOne: true, relationship: { fromHoldsKey: true } })
})

test('within one relation its name means those who point here, the column the one pointed to', () => {
  expect(follow('people', embed('people', [star]))).toMatchObject({ kind: 'one-to-many' })
  expect(follow('people', embed('people!manager_id', [star]))).toMatchObject({
    kind: 'one-to-many',
    columns: [['id', 'manager_id']],
  })
  expect(follow('people', embed('manager_id', [star]))).toMatchObject({ kind: 'many-to-one' })
})

test('a one-to-one relationship of a relation with itself needs a computed relationship', () => {
  expect(() => follow('people', embed('twin_id', [star]))).toThrow(
    expect.objectContaining({ code: 'PGRST200' }),
  )
})

test('a computed relationship is embedded by the name of its function', () => {
  const plan = planRead(
    agency,
    read('clients', {
      select: [embed('latest_project', [field('id')]), embed('open_projects', [field('id')])],
    }),
    rules,
  )
  expect(plan.embeds).toMatchObject([
    { toOne: true, relationship: { kind: 'computed' } },
    { toOne: false, relationship: { kind: 'computed' } },
  ])
})

test('a computed relationship named like the other relation replaces the foreign keys to it', () => {
  expect(follow('areas', embed('offices', [star]))).toMatchObject({ kind: 'computed' })
  expect(() => follow('areas', embed('area', [star]))).toThrow(/Could not find a relationship/)
})

test('two keys to one relation are ambiguous, and the answer says how to choose', () => {
  expect(() => follow('deliveries', embed('addresses', [star]))).toThrow(
    expect.objectContaining({
      code: 'PGRST201',
      status: 300,
      message:
        "Could not embed because more than one relationship was found for 'deliveries' and 'addresses'",
      hint:
        "Try changing 'addresses' to one of the following: 'addresses!billing', 'addresses!shipping'. " +
        "Find the desired relationship in the 'details' key.",
      details: [
        {
          cardinality: 'many-to-one',
          embedding: 'deliveries with addresses',
          relationship: 'billing using deliveries(billing_id) and addresses(id)',
        },
        {
          cardinality: 'many-to-one',
          embedding: 'deliveries with addresses',
          relationship: 'shipping using deliveries(shipping_id) and addresses(id)',
        },
      ],
    }),
  )
  expect(follow('deliveries', embed('addresses!billing', [star]))).toMatchObject({
    constraint: 'billing',
  })
})

test('keys both ways are ambiguous, one-to-many named first', () => {
  expect(() => follow('agents', embed('offices', [star]))).toThrow(
    expect.objectContaining({
      details: [
        expect.objectContaining({ cardinality: 'one-to-many' }),
        expect.objectContaining({ cardinality: 'many-to-one' }),
      ],
    }),
  )
})

test('many-to-many is described by its junction and both constraints', () => {
  const link = agency.relationships.get('public\0projects') ?? []
  const twice = new Map(agency.relationships).set('public\0projects', [
    ...link,
    ...link
      .filter(one => one.kind === 'many-to-many')
      .map(one => ({ ...one, junction: { schema: 'public', name: 'zz_assignments' } })),
  ])
  const catalog = { ...agency, relationships: twice }
  const request = read('projects', { select: [embed('people', [star])] })
  expect(() => planRead(catalog, request, rules)).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining("'people!assignments', 'people!zz_assignments'"),
      details: [
        {
          cardinality: 'many-to-many',
          embedding: 'projects with people',
          relationship:
            'assignments using assignments_project_id_fkey(project_id) and assignments_person_id_fkey(person_id)',
        },
        expect.anything(),
      ],
    }),
  )
})

test('equal ways, which views make of one key, are ambiguous too', () => {
  const same = (agency.relationships.get('public\0briefs') ?? []).flatMap(one => [one, one])
  const catalog = {
    ...agency,
    relationships: new Map(agency.relationships).set('public\0briefs', same),
  }
  const request = read('briefs', { select: [embed('projects', [star])] })
  expect(() => planRead(catalog, request, rules)).toThrow(
    expect.objectContaining({ code: 'PGRST201' }),
  )
})

test('a relation without a way there is not found, and a slip is mended', () => {
  expect(() => follow('projects', embed('client_s', [star]))).toThrow(
    expect.objectContaining({
      code: 'PGRST200',
      status: 400,
      message:
        "Could not find a relationship between 'projects' and 'client_s' in the schema cache",
      details:
        "Searched for a foreign key relationship between 'projects' and 'client_s' " +
        "in the schema 'public', but no matches were found.",
      hint: "Perhaps you meant 'clients' instead of 'client_s'.",
    }),
  )
})

test('a wrong hint is named in the details, without a suggestion', () => {
  expect(() => follow('projects', embed('clients!space', [star]))).toThrow(
    expect.objectContaining({
      code: 'PGRST200',
      hint: null,
      details: expect.stringContaining("'clients' using the hint 'space' in the schema 'public'"),
    }),
  )
})

test('a relation two steps away is reached through the one table between', () => {
  expect(() => follow('clients', embed('tasks', [star]))).toThrow(
    expect.objectContaining({
      code: 'PGRST200',
      hint: "'tasks' is reached through 'projects': projects(tasks(*))",
    }),
  )
  expect(() => follow('clients', embed('tasks!projects', [star]))).toThrow(
    expect.objectContaining({ hint: null }),
  )
})

test('two ways to a relation two steps away are no suggestion', () => {
  const [first] = agency.relationships.get('public\0projects')?.filter(isToTasks) ?? []
  const ways = agency.relationships.get('public\0projects') ?? []
  const relationships = new Map(agency.relationships).set(
    'public\0projects',
    first === undefined ? ways : [...ways, first],
  )
  const request = read('clients', { select: [embed('tasks', [star])] })
  expect(() => planRead({ ...agency, relationships }, request, rules)).toThrow(
    expect.objectContaining({ code: 'PGRST200', hint: null }),
  )
})

function isToTasks({ to }: Relationship): boolean {
  return to.name === 'tasks'
}

test('from a relation without any relationship, a relation of a similar name is suggested', () => {
  const lonelier = agency.relations.get('public\0lonely')
  const relations = new Map(agency.relations)
  if (lonelier !== undefined) relations.set('public\0client', { ...lonelier, name: 'client' })
  const request = read('client', { select: [embed('projects', [star])] })
  expect(() => planRead({ ...agency, relations }, request, rules)).toThrow(
    expect.objectContaining({ hint: "Perhaps you meant 'clients' instead of 'client'." }),
  )
  expect(() => follow('lonely', embed('projects', [star]))).toThrow(
    expect.objectContaining({ hint: null }),
  )
})

test('an embed stays within the schema and passes through exposed junctions only', () => {
  expect(() => follow('tasks', embed('old_projects', [star]))).toThrow(/Could not find/)
  expect(() => follow('clients', embed('addresses', [star]))).toThrow(/Could not find/)
})

test('a key of several columns is named by its constraint or the relation, not by a column', () => {
  expect(follow('offices', embed('area', [star]))).toMatchObject({ constraint: 'area' })
  expect(follow('offices', embed('areas', [star]))).toMatchObject({ constraint: 'area' })
  expect(() => follow('offices', embed('zone', [star]))).toThrow(/Could not find/)
})
