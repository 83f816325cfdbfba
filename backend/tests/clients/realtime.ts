import type { SupabaseClientOptions } from '@supabase/supabase-js'
import WebSocket from 'ws'

type Realtime = NonNullable<SupabaseClientOptions<'public'>['realtime']>

/**
 * Node 20 has no WebSocket for `createClient` to find, and it wants one even where nothing is subscribed to. The types
 * of the two packages only disagree about `exactOptionalPropertyTypes`.
 */
export const realtime: Realtime = {
  transport: WebSocket as unknown as NonNullable<Realtime['transport']>,
}
