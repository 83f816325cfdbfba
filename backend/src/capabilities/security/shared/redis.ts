/** As much of Redis as is needed. Every command must end: answered, or rejected within its deadline. */
export interface SecurityRedis {
  readonly isReady: boolean
  eval(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown>
  publish(channel: string, message: string): Promise<void>
  subscribe(
    channel: string,
    onMessage: (message: string) => void,
    onSubscribed?: () => void,
  ): Promise<() => unknown>
}
