import type { Change } from './types.ts'

/** The tag under which every value depends on its own key. */
export const OWN_KEY = '\0key'

/** A change without saying when: it is made now, or came over the bus. */
export type Happening<Data> = Omit<Change<unknown, Data>, 'stamp'>
