import { Condition } from '../rule.ts'
import type { Priority, Subject } from '../types.ts'

/** Tells how important a subject is: by the first condition, such as `role=service_role`, that holds. */
export function createPriorities(
  priorities: Readonly<Record<string, Priority>>,
): (subject: Subject) => Priority {
  const classes = Object.entries(priorities).map(([text, priority]) => {
    const end = text.indexOf('=')
    return { condition: new Condition(text.slice(0, end), [text.slice(end + 1)]), priority }
  })
  return subject => {
    for (const { condition, priority } of classes) {
      if (condition.holds(subject.attribute(condition.attribute))) return priority
    }
    return 'normal'
  }
}
