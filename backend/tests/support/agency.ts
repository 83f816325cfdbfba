import { buildCatalog } from './catalog.ts'

/**
 * An agency with every kind of relationship: clients have projects (to-many), projects a brief (one-to-one), people
 * assignments to projects (many-to-many), people a manager (self), deliveries two addresses (two keys), and both agents
 * and offices a key to the other (circular).
 */
export const agency = buildCatalog({
  schemas: ['public', 'archive'],
  types: {
    color: { kind: 'domain', base: 'integer' },
    document: { kind: 'domain', base: 'jsonb' },
    words: { kind: 'domain', base: 'tsvector' },
    point3: { kind: 'composite' },
  },
  representations: {
    color: { toJson: 'color_to_json', fromText: 'color_from_text' },
    document: {},
  },
  relations: {
    clients: {
      columns: { id: 'integer', name: 'text' },
      primaryKey: ['id'],
      computedFields: { full_name: 'text', vector: 'tsvector' },
      computedRelationships: [
        { name: 'latest_project', to: 'projects', toOne: true },
        { name: 'open_projects', to: 'projects' },
      ],
    },
    projects: {
      columns: {
        id: 'integer',
        name: 'text',
        client_id: 'integer',
        price: 'numeric',
        data: 'jsonb',
        notes: 'document',
        place: 'point3',
        tags: 'text[]',
        search: 'tsvector',
        terms: 'words',
      },
      primaryKey: ['id'],
      foreignKeys: [{ name: 'client', columns: ['client_id'], to: 'clients' }],
    },
    briefs: {
      columns: { project_id: 'integer', text: 'text', background: 'color', count: 'integer' },
      primaryKey: ['project_id'],
      foreignKeys: [{ columns: ['project_id'], to: 'projects' }],
    },
    people: {
      columns: { id: 'integer', name: 'text', manager_id: 'integer', twin_id: 'integer' },
      primaryKey: ['id'],
      uniqueKeys: [['twin_id']],
      foreignKeys: [
        { columns: ['manager_id'], to: 'people' },
        { columns: ['twin_id'], to: 'people' },
      ],
    },
    assignments: {
      columns: { person_id: 'integer', project_id: 'integer', role: 'text' },
      primaryKey: ['person_id', 'project_id'],
      foreignKeys: [
        { columns: ['person_id'], to: 'people' },
        { columns: ['project_id'], to: 'projects' },
      ],
    },
    addresses: { columns: { id: 'integer', city: 'text' }, primaryKey: ['id'] },
    deliveries: {
      columns: { id: 'integer', billing_id: 'integer', shipping_id: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [
        { name: 'shipping', columns: ['shipping_id'], to: 'addresses' },
        { name: 'billing', columns: ['billing_id'], to: 'addresses' },
      ],
    },
    agents: {
      columns: { id: 'integer', office_id: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['office_id'], to: 'offices' }],
    },
    offices: {
      columns: { id: 'integer', head_id: 'integer', country: 'text', zone: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [
        { columns: ['head_id'], to: 'agents' },
        { name: 'area', columns: ['country', 'zone'], to: 'areas' },
      ],
    },
    areas: {
      columns: { country: 'text', zone: 'integer' },
      primaryKey: ['country', 'zone'],
      computedRelationships: [{ name: 'offices', to: 'offices' }],
    },
    projects_view: {
      kind: 'view',
      columns: { id: 'integer', client_id: 'integer' },
      foreignKeys: [{ name: 'client', columns: ['client_id'], to: 'clients' }],
    },
    tasks: {
      columns: { id: 'integer', project_id: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [
        { name: 'project', columns: ['project_id'], to: 'projects' },
        { name: 'project', columns: ['project_id'], to: 'projects_view', toColumns: ['id'] },
        { name: 'old', columns: ['project_id'], to: 'archive.old_projects', toColumns: ['id'] },
      ],
    },
    old_projects: { schema: 'archive', columns: { id: 'integer' }, primaryKey: ['id'] },
    hidden_links: {
      schema: 'internal',
      columns: { client_id: 'integer', address_id: 'integer' },
      primaryKey: ['client_id', 'address_id'],
      foreignKeys: [
        { columns: ['client_id'], to: 'public.clients' },
        { columns: ['address_id'], to: 'public.addresses' },
      ],
    },
    lonely: { columns: { id: 'integer' }, primaryKey: ['id'] },
  },
})
