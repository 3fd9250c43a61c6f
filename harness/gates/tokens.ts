import { isKnown, numberOf, reasonOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, limitText, percent, relativeDifference } from './threshold.ts'
import { type Sides, timeDifference, timeFindings, tpotFloor, ttftFloor } from './times.ts'

const countDifference = failsAbove({
  what: 'difference between two counts of the same tokens',
  value: 0.005,
  unit: 'share',
})

/** Usage, streamed tokens and the server's counter of generated tokens must agree in every trial. */
export const tokenAudit = defineGate({
  question: 'Do the client and the server count the same tokens, and were they all ours?',
  kinds: ['text'],
  required: true,
  thresholds: { countDifference, timeDifference, ttftFloor, tpotFloor },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    "Output tokens by usage, by the stream and by the server's counter (`generation_tokens`) are compared in every trial. Failed requests count with anything from what they are known to have got up to what was asked for. What the server made beyond that belonged to other clients. Mean TTFT and TPOT of the client are compared with those of the server; a difference warns when it is beyond both its relative and its absolute threshold.",
  evidence: 'The three counts, traffic from other clients, and the worst difference in time.',
  whatToDo:
    'Keep other clients away from the server, and leave its `/metrics` page on. Counts that differ without other traffic mean that usage is wrong, or that another server answered. After a warning about times, look for a proxy or a busy client.',
  evaluate({ trials }) {
    const sides = trialsOfKind(trials, 'text').flatMap(({ index, clientTokens: client, server }) =>
      client && server ? [{ index, client, server }] : [],
    )
    if (sides.length === 0) {
      return notMeasured(trials.length === 0 ? 'no trial was run' : 'the record has no counters of the server')
    }
    const unread = sides.find(({ server }) => !isKnown(server.generationTokens))
    if (unread) {
      const why = reasonOf(unread.server.generationTokens) ?? 'unknown'
      return notMeasured(`trial ${unread.index}: generation_tokens: ${why}`)
    }
    const wrong = sides.flatMap((side) => countFindings(side).map((finding) => `trial ${side.index}: ${finding}`))
    const notes = timeFindings(sides)
    const others = sides.flatMap((side) => otherTraffic(side).map((finding) => `trial ${side.index}: ${finding}`))
    if (wrong.length > 0) return gateResult('fail', [...wrong, ...notes].join('; '))
    const agreed = `usage ${sumOf(sides, usageTokens)}, streamed ${sumOf(sides, ({ client }) => client.streamedOutputTokens)}, server ${sumOf(sides, ({ server }) => numberOf(server.generationTokens) ?? 0)} output tokens in ${sides.length} trials (allowed ± ${limitText(countDifference)})`
    const findings = [...others, ...notes]
    return gateResult(findings.length > 0 ? 'warn' : 'pass', [agreed, ...findings].join('; '))
  },
})

/** Whether a count is above, or below, a reference by more than the tolerance. */
const isAbove = (count: number, reference: number): boolean =>
  count > reference && isBeyond(countDifference, relativeDifference(count, reference))
const isBelow = (count: number, reference: number): boolean =>
  count < reference && isBeyond(countDifference, relativeDifference(count, reference))

function countFindings(side: Sides): string[] {
  const { client, server } = side
  const findings: string[] = []
  const usage = client.usageOutputTokens
  const streamed = client.streamedOutputTokens
  if (isAbove(streamed, usage) || isBelow(streamed, usage)) {
    findings.push(`streamed ${streamed} output tokens, usage says ${usage}`)
  }
  if (isAbove(client.contentEvents, usage)) {
    findings.push(`${client.contentEvents} events with content for ${usage} tokens of usage: usage is too low`)
  }
  const counted = numberOf(server.generationTokens) ?? 0
  const least = usageTokens(side)
  const most = usage + client.failedOutputTokensMost
  if (isAbove(counted, most)) {
    const share = percent((counted - most) / Math.max(1, counted))
    const who = otherTraffic(side).join(', ') || 'no request of another client ended: usage is too low'
    findings.push(`the server made ${counted} output tokens, we got ${most}: ${share} of them are not ours; ${who}`)
  } else if (isBelow(counted, least)) {
    findings.push(
      `the server made ${counted} output tokens, usage says ${least} (${percent((least - counted) / least)} more): usage is too high, or another server answered`,
    )
  }
  return findings
}

/** Requests that ended on the server and were not ours, with their prompt tokens where those can be told apart. */
function otherTraffic({ client, server }: Sides): string[] {
  const ours = client.requestsOk + client.requestsFailed
  if (!isKnown(server.requestSuccess) || server.requestSuccess <= ours) return []
  const prompts = (numberOf(server.promptTokens) ?? 0) - client.usagePromptTokens
  const tokens = prompts > 0 && client.requestsFailed === 0 ? ` with ${prompts} prompt tokens` : ''
  const count = server.requestSuccess - ours
  return [
    `traffic from other clients: ${count} request${count === 1 ? '' : 's'}${tokens} of another client ended on this server`,
  ]
}

const usageTokens = ({ client }: Sides): number => client.usageOutputTokens + client.failedOutputTokens
