// CPU of the backend per execution, auto against generic, interleaved.
import pg from '/work/main/node_modules/pg/lib/index.js'
import { readFileSync, readdirSync } from 'node:fs'
import { startStore, query } from '/work/main/benchmarks/harness/store.ts'
import { PRODUCT_COLUMNS, PARENT_COLUMNS, CHILD_COLUMNS } from '/work/main/benchmarks/peers/statements.ts'
import { createPool, parseTarget } from '/work/main/backend/src/capabilities/pool/index.ts'
import { loadCatalog } from '/work/main/backend/src/query/catalog/index.ts'
import { createPlanCache } from '/work/main/backend/src/query/executor/index.ts'
import { understandRead } from '/work/main/backend/src/api/rest/index.ts'
import { readConfig } from '/work/main/backend/src/config.ts'

const store = await startStore()
try {
  const pool = createPool({ target: parseTarget(store.url) })
  const catalog = await pool.use(c => loadCatalog(c, { schemas: ['public'] }))
  await pool.end(1000)
  const config = readConfig({ flags: new Map([['--database-url', store.url]]) })
  const plans = createPlanCache<never>()
  const understand = (relation: string, queryString: string, accept = 'application/json') =>
    understandRead({ method: 'GET', relation, queryString, headers: { accept }, role: 'postgres' }, catalog, { plans, rules: config } as never)
  console.log(await query(store.url, `select relname, reltuples::int from pg_class where relkind='r' and relnamespace='public'::regnamespace order by 2 desc limit 8`), await query(store.url, `select column_name, data_type from information_schema.columns where table_name in ('orders','order_lines')`).then(r=>r.map((x:any)=>x.column_name).join(',')), await query(store.url, `select enumlabel from pg_enum e join pg_type t on t.oid=enumtypid where typname like '%order%'`).then(r=>r.map((x:any)=>x.enumlabel).join(',')))
  const products = await query<{ id: number }>(store.url, `select id from products where status <> 'draft' order by id limit 500`)
  const categories = await query<{ id: number; from: string }>(store.url,
    `select category_id as id, (array_agg(price order by price desc))[20]::text as "from"
     from products where status <> 'draft' group by 1 having count(*) >= 20 order by 1`)
  const select = `${PARENT_COLUMNS.join(',')},product_prices(${CHILD_COLUMNS.join(',')})`
  const sets: Record<string, ReturnType<typeof understand>[]> = {
    'page of orders, newest first': [20].map(n => understand('orders', `order=placed_at.desc,id&limit=${n}&select=id,status`)),
    'page of orders with items': [20].map(n => understand('orders', `order=id&limit=${n}&select=id,status,order_lines(quantity)`)),
    'page of products, children, no filter': [20].map(n => understand('products', `order=id&limit=${n}&select=${select}`)),
    'page of orders by unindexed status': ['pending', 'paid', 'delivered'].map(s => understand('orders', `status=eq.${s}&order=id&limit=20&select=id,status,order_lines(quantity)`)),
    'nested': categories.map(({ id }) => understand('products', `category_id=eq.${id}&order=id&limit=20&product_prices.order=period&select=${select}`)),
  }
  const literal: Record<string, [RegExp, string]> = {}
  const client = async (mode: string) => {
    const c = new pg.Client(store.url); await c.connect()
    await c.query(`set plan_cache_mode = ${mode}`)
    await c.query(`set jit = off`)
    const { rows } = await c.query('select pg_backend_pid() as pid')
    return { mode, c, pid: rows[0].pid as number }
  }
  const cpu = (pid: number) => readdirSync(`/proc/${pid}/task`).reduce((s, t) => s + Number(readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]) / 1000, 0)
  const contestants = [await client('auto'), await client('force_generic_plan'), await client('force_custom_plan'), await client('auto')]
  const names = ['auto', 'generic', 'custom', 'auto, limit written']
  const ROUNDS = Number(process.env.ROUNDS ?? 25), PER = 240
  for (const [name, calls] of Object.entries(sets)) {
    const total = [0, 0, 0, 0]; const best = [1e9, 1e9, 1e9, 1e9]
    const inlined = (call: (typeof calls)[number]) => {
      const { text } = call.prepared.statement; const values = call.query.parameters
      const m = /limit \$(\d+)::bigint/.exec(text)
      if (!m) return { text, values, name: 'lit' + name.length }
      const index = Number(m[1])
      // Last parameters only: an offset after it keeps its number down by one.
      const t = text.replace(m[0], 'limit 20').replace(/\$(\d+)/g, (_, n) => Number(n) > index ? `$${Number(n) - 1}` : `$${n}`)
      return { text: t, values: values.filter((_, i) => i + 1 !== index), name: 'lit' + name.length + 'x' + name[0] }
    }
    const lit = calls.map(inlined)
    for (let round = -1; round < ROUNDS; round++) {
      for (let k = 0; k < 4; k++) {
        const { c, pid } = contestants[k]!
        const before = cpu(pid)
        for (let i = 0; i < PER; i++) {
          const call = calls[i % calls.length]!
          if (k === 3) await c.query({ ...lit[i % lit.length]!, values: [...lit[i % lit.length]!.values] })
          else await c.query({ name: call.prepared.statement.name, text: call.prepared.statement.text, values: [...call.query.parameters] })
        }
        const used = (cpu(pid) - before) / PER
        if (round >= 0) { total[k]! += used; best[k] = Math.min(best[k]!, used) }
      }
    }
    console.log(name.padEnd(42), names.map((n, k) => `${n}: ${(total[k]! / ROUNDS).toFixed(0)} (min ${best[k]!.toFixed(0)})`).join('   '))
    const { rows } = await contestants[0]!.c.query(`select generic_plans, custom_plans from pg_prepared_statements where name = $1`, [calls[0]!.prepared.statement.name])
    const { rows: l } = await contestants[3]!.c.query(`select generic_plans, custom_plans from pg_prepared_statements where name = $1`, [lit[0]!.name])
    console.log('   auto chose', JSON.stringify(rows[0]), 'limit written', JSON.stringify(l[0]))
  }
  for (const { c } of contestants) await c.end()
} finally { await store.stop() }
