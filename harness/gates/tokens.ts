import { engineOf } from '../engines/table.ts'
import { generationCounter } from '../engines/words.ts'
import { isKnown, numberOf, reasonOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { counted } from '../units.ts'
import { defineGate, gateResult, notMeasured, sumOf } from './gate.ts'
import { otherModels, otherServers, otherTraffic, restartsBetween } from './server-counts.ts'
import { failsAbove, isBeyond, limitText, percent, relativeDifference } from './threshold.ts'
import { type Sides, timeDifference, timeFindings, tpotFloor, ttftFloor } from './times.ts'

const countDifference = failsAbove({
  what: 'difference between two counts of the same tokens',
  value: 0.005,
  unit: 'share',
})

/** Usage, streamed tokens and the server's counter of generated tokens must agree in every trial. */
export const tokenAudit = defineGate({
  question: 'Do client and server count the same tokens, without traffic from other clients?',
  kinds: ['text'],
  required: true,
  thresholds: { countDifference, timeDifference, ttftFloor, tpotFloor },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    "Output tokens by usage, by the stream and by the server's counter (`generation_tokens`) are compared in every trial. A failed request may count with any number, from the tokens it is known to have received up to those requested. Tokens beyond that belong to other clients. Counters that are not those of one process (a restart, several servers behind one address) are not compared, nor those that the server prints with too few digits. Without counters nothing but its own usage says how many tokens a server made, and nothing is compared. Tokens of another model on the same server warn, and so does a restart between trials. Mean TTFT and TPOT of the client are compared with those of the server; a difference warns when it is beyond both its relative and its absolute threshold.",
  evidence: 'The three counts, traffic from other clients and models, restarts, and the largest difference in time.',
  usualCauses:
    'Other clients use the same server; several servers behind one address; a proxy that answers from a cache; a model whose stream leaves tokens out, such as hidden reasoning.',
  whatToDo:
    'Keep other clients and models away from the server, give the address of the server itself, and switch its counters on: `docs/engines.md` says how for each engine. If counts differ without other traffic, usage is wrong or another server answered. After a warning about times, look for a proxy or a busy client.',
  evaluate({ trials, endpoint }) {
    const sides = trialsOfKind(trials, 'text').flatMap(({ index, clientTokens: client, server }) =>
      client && server ? [{ index, client, server }] : [],
    )
    if (sides.length === 0) {
      return notMeasured(trials.length === 0 ? 'no trial was run' : 'the record has no counters of the server')
    }
    const unread = sides.find(({ server }) => !isKnown(server.generationTokens))
    const read = sides.filter(({ server }) => isKnown(server.generationTokens))
    const wrong = read.flatMap((side) => countFindings(side).map((finding) => `trial ${side.index}: ${finding}`))
    const notes = timeFindings(sides)
    const others = sides.flatMap((side) =>
      [...otherTraffic(side), ...otherModels(side, endpoint.otherModels)].map(
        (finding) => `trial ${side.index}: ${finding}`,
      ),
    )
    const restarts = restartsBetween(sides)
    if (wrong.length > 0) return gateResult('fail', [...wrong, ...restarts, ...notes].join('; '))
    if (unread) {
      const why = reasonOf(unread.server.generationTokens) ?? 'unknown'
      return notMeasured(`trial ${unread.index}: generation_tokens: ${why}${usageAlone(endpoint.engine)}`)
    }
    const unsure = read.find(isUnsure)
    if (unsure) {
      const { generationTokens, generationTokensWithin: within = 0 } = unsure.server
      return notMeasured(
        `trial ${unsure.index}: the server prints ${digitsOf(endpoint.engine)} digits of its counter, so that ${numberOf(generationTokens)} tokens are known to ± ${within}; restart it, or measure for longer`,
      )
    }
    const agreed = `usage ${sumOf(sides, usageTokens)}, streamed ${sumOf(sides, ({ client }) => client.streamedOutputTokens)}, server ${sumOf(sides, ({ server }) => numberOf(server.generationTokens) ?? 0)} output tokens in ${counted(sides.length, 'trial')} (allowed ± ${limitText(countDifference)})`
    const findings = [...others, ...restarts, ...notes]
    const witness = [counterOf(endpoint.engine) ?? []].flat()
    return gateResult(findings.length > 0 ? 'warn' : 'pass', [agreed, ...witness, ...findings].join('; '))
  },
})

/** Why a server without counters proves nothing, where its engine is known to have none. */
const usageAlone = (engine: string | null): string => {
  const { name, counters, cannotProve } = engineOf(engine)
  return engine === null || counters !== null ? '' : `; on ${name} it cannot be proved ${cannotProve[0]}`
}

/** The counter that the tokens were compared with, where it is not vLLM's. */
const counterOf = (engine: string | null): string | null => {
  const counter = engine === 'vllm' ? null : generationCounter(engineOf(engine))
  return counter === null ? null : `counted by ${counter}`
}

const digitsOf = (engine: string | null): number => engineOf(engine).counters?.digits ?? 0

/** Whether a counter is printed with too few digits to be compared. */
const isUnsure = ({ server }: Sides): boolean =>
  isBeyond(countDifference, (server.generationTokensWithin ?? 0) / Math.max(1, numberOf(server.generationTokens) ?? 0))

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
    findings.push(`streamed ${streamed} output tokens, usage reports ${usage}`)
  }
  if (isAbove(client.contentEvents, usage)) {
    findings.push(`${client.contentEvents} events with a token, but usage reports ${usage} tokens: usage is too low`)
  }
  const counted = numberOf(server.generationTokens) ?? 0
  const { generationTokensWithin: within = 0 } = server
  const lowest = usageTokens(side)
  const highest = usage + client.failedOutputTokensMost
  if (isAbove(counted - within, highest)) {
    const share = percent((counted - highest) / Math.max(1, counted))
    const who = otherTraffic(side).join(', ') || notByOthers(side)
    findings.push(
      `the server made ${counted} output tokens, this client received at most ${highest}: ${share} are excess; ${who}`,
    )
  } else if (isBelow(counted + within, lowest)) {
    const who = otherServers(side).join(', ') || 'usage is too high, or another server answered'
    findings.push(
      `the server made ${counted} output tokens, usage reports ${lowest} (${percent((lowest - counted) / lowest)} more): ${who}`,
    )
  }
  return findings
}

/** Whose tokens those are that no request of another client explains. */
const notByOthers = ({ server }: Sides): string =>
  isKnown(server.requestSuccess)
    ? 'without requests of other clients: usage is too low'
    : 'other clients made them, or usage is too low: the server does not count requests'

const usageTokens = ({ client }: Sides): number => client.usageOutputTokens + client.failedOutputTokens
