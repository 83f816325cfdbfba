import { commandOf } from '../evidence-command.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { headlineOf, timesOf } from './words.ts'
import { post, type PostTarget } from './post.ts'

const MARKS = { info: '⚪', low: '🔵', medium: '🟡', high: '🟠', critical: '🔴' } as const
/** Slack refuses longer texts. */
const TEXT_LENGTH_MAX = 2_900
const BATCH_MAX = 10

/** An incoming webhook of Slack, or of what understands its format (Mattermost, Discord with `/slack`). */
export function createSlack(target: PostTarget): SinkNature {
  return {
    batchMax: BATCH_MAX,
    perMinuteMax: 20,
    wantsResolved: false,
    isRead: true,
    isLocal: false,
    sink: {
      name: target.name,
      send: (notices, signal) => {
        const body = JSON.stringify(slackBody(notices))
        return post(target, { headers: { 'content-type': 'application/json' }, body }, signal)
      },
    },
  }
}

/** `text` is what notifications show. */
export function slackBody(notices: readonly Notice[]) {
  const text = escaped(notices.map(headlineOf).join('\n'))
  return { text: text.slice(0, TEXT_LENGTH_MAX), blocks: notices.flatMap(blocksOf) }
}

function blocksOf(notice: Notice) {
  const { id, alert, query } = notice
  const head = `${MARKS[alert.level]} *${escaped(headlineOf(notice))}*`
  const lines = alert.evidence.map(line => escaped(line)).join('\n')
  const evidence = lines === '' ? '' : `\n\`\`\`${lines.slice(0, TEXT_LENGTH_MAX / 2)}\`\`\``
  const foot = [
    timesOf(notice),
    `did: ${alert.outcome}`,
    alert.mitre,
    `GET ${query}`,
    commandOf(notice),
    id,
  ]
  return [
    section(`${head}\n${escaped(alert.suggestion)}${evidence}`),
    {
      type: 'context',
      elements: [{ type: 'mrkdwn', text: escaped(foot.filter(Boolean).join(' · ')) }],
    },
  ]
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, TEXT_LENGTH_MAX) } }
}

/** Otherwise a client's text could call the whole channel. Backticks would end the block that it stands in. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/`/g, 'ˋ')
}
