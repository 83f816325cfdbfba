import { sql } from '../../base/index.ts'
import type { LimitRules } from './types.ts'

/** The part of the schema `s_tier` that keeps limits: enabled by `s-tier limits enable`. Servers can read it, and nothing else. */
export const LIMITS_PART = Object.freeze({
  name: 'limits',
  versions: Object.freeze([
    Object.freeze({
      up: sql`
        create table s_tier.limits (
          name text primary key,
          rule jsonb not null,
          changed_at timestamptz not null default now()
        );
        comment on table s_tier.limits is
          'Limits by name, over those of the configuration; a rule that is null takes one of these away.';

        create function s_tier.limits_all() returns text
        language sql stable security definer
        set search_path = pg_catalog, pg_temp
        as $function$
          select coalesce(jsonb_object_agg(name, rule), '{}')::text from s_tier.limits
        $function$;`,
      down: sql`
        drop function s_tier.limits_all();
        drop table s_tier.limits;`,
    }),
  ]),
  functions: Object.freeze([sql`s_tier.limits_all()`]),
})

/** For servers: one row, whose `rules` are read by `tableRules`. */
export const READ_LIMITS = sql`select s_tier.limits_all() as rules`

/** For their owner. $1: name, $2: the rule as JSON. */
export const SET_LIMIT = sql`insert into s_tier.limits (name, rule) values ($1, $2::text::jsonb) \
on conflict (name) do update set rule = excluded.rule, changed_at = now() returning name`

/** $1: name. Answers a row if it was there. */
export const REMOVE_LIMIT = sql`delete from s_tier.limits where name = $1 returning name`

/** The rules in the answer to `READ_LIMITS`, which are not checked. */
export function tableRules([row]: readonly Readonly<Record<string, unknown>>[]): LimitRules {
  const text = row?.['rules']
  return JSON.parse(typeof text === 'string' ? text : '{}') as LimitRules
}
