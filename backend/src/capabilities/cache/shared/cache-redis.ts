/**
 * What is needed of Redis: `createRedis` of `s-tier/redis` fits. Each call must end soon, with its answer or rejected; nothing may be
 * kept for later or sent twice. Keys and channels may get a prefix, the same one for both.
 */
export interface CacheRedis {
  /** Can a command be sent now? */
  readonly isReady: boolean
  commandBytes(name: string, ...args: (string | number | Buffer)[]): Promise<unknown>
  eval(
    script: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown>
  subscribe(
    channel: string,
    onMessage: (message: string) => void,
    onSubscribed?: () => void,
  ): Promise<() => Promise<void>>
}
