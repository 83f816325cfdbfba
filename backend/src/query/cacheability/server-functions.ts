/**
 * Stable functions of the server that answer by their arguments and by nothing but settings that a key holds, such as the
 * time zone. All others that are stable are refused: clocks, transaction ids, addresses, privileges, lookups of names.
 * Immutable ones are not in question. By name where every overload is harmless; `age` and `timezone` are not.
 */
const HARMLESS: ReadonlySet<string> = new Set(
  `current_user session_user getpgusername current_database
  anytextcat textanycat concat concat_ws format quote_literal quote_nullable convert convert_from convert_to length
  array_to_string array_to_json to_json to_jsonb row_to_json json_agg json_agg_strict json_build_array json_build_object
  json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict
  jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict
  jsonb_build_array jsonb_build_object to_char to_number to_date date date_add date_subtract date_part date_trunc extract
  enum_first enum_last enum_range generate_series interval_pl_timestamptz timestamptz_mi_interval timestamptz_pl_interval
  make_timestamptz money numeric overlaps time timestamp
  date_cmp_timestamptz date_eq_timestamptz date_ge_timestamptz date_gt_timestamptz date_le_timestamptz date_lt_timestamptz
  date_ne_timestamptz timestamp_cmp_timestamptz timestamp_eq_timestamptz timestamp_ge_timestamptz timestamp_gt_timestamptz
  timestamp_le_timestamptz timestamp_lt_timestamptz timestamp_ne_timestamptz timestamptz_cmp_date timestamptz_eq_date
  timestamptz_ge_date timestamptz_gt_date timestamptz_le_date timestamptz_lt_date timestamptz_ne_date
  timestamptz_cmp_timestamp timestamptz_eq_timestamp timestamptz_ge_timestamp timestamptz_gt_timestamp
  timestamptz_le_timestamp timestamptz_lt_timestamp timestamptz_ne_timestamp timestamptz
  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery json_to_tsvector jsonb_to_tsvector`.split(
    /\s+/,
  ),
)

/** Overloads that are harmless though others of their name are not. */
const HARMLESS_OVERLOADS: ReadonlySet<string> = new Set([
  'timezone(timestamp without time zone)',
  'timezone(timestamp with time zone)',
])

const CLOCKS: ReadonlySet<string> = new Set(
  'now transaction_timestamp statement_timestamp clock_timestamp timeofday age timetz timezone'.split(
    ' ',
  ),
)

export function isHarmless(name: string, signature: string): boolean {
  return HARMLESS.has(name) || HARMLESS_OVERLOADS.has(signature.replace(/^pg_catalog\./, ''))
}

/** It makes JSON of whatever it is given, by the casts that types bring along. */
export function makesJson(name: string): boolean {
  return /json/.test(name)
}

export function isClock(name: string): boolean {
  return CLOCKS.has(name)
}
