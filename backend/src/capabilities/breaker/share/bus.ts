/** How processes hear of each other: what one publishes, all that subscribed hear. Messages may be lost, and may come back. */
export interface Bus {
  publish(message: string): unknown
  /** Resolves when it hears; the returned function ends that. */
  subscribe(onMessage: (message: string) => void): Promise<() => unknown>
}

/** What is needed of something with channels, such as Redis. */
export interface Channels {
  publish(channel: string, message: string): unknown
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => unknown>
}

/** One channel as a bus. Processes on the same channel share the state of breakers with the same name. */
export function channelBus(channels: Channels, channel: string): Bus {
  return {
    publish: message => channels.publish(channel, message),
    subscribe: onMessage => channels.subscribe(channel, onMessage),
  }
}
