/** The other end of a Unix socket has no address. It is trusted, and told, under this name. */
export const UNIX_SOCKET = 'unix'
