import { type GateResult, gateResult, notMeasured, percent, type TextGateInput } from './gate.ts'
import { type Sides, timeFindings } from './times.ts'

/** Counts of one thing may be this far apart (metrics section 7). */
const TOKEN_TOLERANCE = 0.005

/**
 * The token audit: usage, streamed tokens and the server's `generation_tokens` agree within 0.5 % in every trial.
 * Failed requests count with anything from what they are known to have got up to what was asked for. What the server
 * did beyond that was somebody else's, and is named. TTFT and TPOT of the client more than 5 % from the server's own
 * are a finding (warn). Without the server's counter nothing is proven: not measured.
 */
export function tokenAudit(record: TextGateInput): GateResult {
  const sides = record.trials.flatMap(({ index, clientTokens: client, server }) =>
    client && server ? [{ index, client, server }] : [],
  )
  if (sides.length === 0) {
    return notMeasured(
      record.trials.length === 0 ? 'no trial was run' : "the record has no server's side of its trials",
    )
  }
  const unread = sides.find(({ server }) => server.generationTokens === null)
  if (unread) {
    return notMeasured(
      `trial ${unread.index}: generation_tokens: ${unread.server.reasons['generationTokens'] ?? 'unknown'}`,
    )
  }
  const wrong = sides.flatMap((side) => countFindings(side).map((finding) => `trial ${side.index}: ${finding}`))
  const notes = timeFindings(sides)
  const others = sides.flatMap((side) => strangers(side).map((finding) => `trial ${side.index}: ${finding}`))
  if (wrong.length > 0) return gateResult('fail', [...wrong, ...notes].join('; '))
  const agreed = `usage ${sumOf(sides, usageTokens)}, streamed ${sumOf(sides, ({ client }) => client.streamedOutputTokens)}, server ${sumOf(sides, ({ server }) => server.generationTokens ?? 0)} output tokens in ${sides.length} trials (allowed ± ${percent(TOKEN_TOLERANCE)})`
  const findings = [...others, ...notes]
  return gateResult(findings.length > 0 ? 'warn' : 'pass', [agreed, ...findings].join('; '))
}

function countFindings(side: Sides): string[] {
  const { client, server } = side
  const findings: string[] = []
  const usage = client.usageOutputTokens
  if (Math.abs(client.streamedOutputTokens - usage) > usage * TOKEN_TOLERANCE) {
    findings.push(`streamed ${client.streamedOutputTokens} output tokens, usage says ${usage}`)
  }
  if (client.contentEvents > usage * (1 + TOKEN_TOLERANCE)) {
    findings.push(`${client.contentEvents} events with content for ${usage} tokens of usage: usage tells too few`)
  }
  const counted = server.generationTokens ?? 0
  const least = usageTokens(side)
  const most = usage + client.failedOutputTokensMost
  if (counted > most * (1 + TOKEN_TOLERANCE)) {
    const share = percent((counted - most) / Math.max(1, counted))
    const who = strangers(side).join(', ') || 'no request of another client ended: usage tells too few tokens'
    findings.push(`the server made ${counted} output tokens, we got ${most}: ${share} of them are not ours; ${who}`)
  } else if (counted < least * (1 - TOKEN_TOLERANCE)) {
    findings.push(
      `the server made ${counted} output tokens, usage says ${least} (${percent((least - counted) / least)} more): usage tells too many, or another server answered`,
    )
  }
  return findings
}

/** What on the server cannot have been ours: requests that ended, prompt tokens, requests running at once. */
function strangers({ client, server }: Sides): string[] {
  const found: string[] = []
  const ours = client.requestsOk + client.requestsFailed
  if (server.requestSuccess !== null && server.requestSuccess > ours) {
    const prompts = (server.promptTokens ?? 0) - client.usagePromptTokens
    const with_ = prompts > 0 && client.requestsFailed === 0 ? ` with ${prompts} prompt tokens` : ''
    const count = server.requestSuccess - ours
    found.push(
      `foreign traffic: ${count} request${count === 1 ? '' : 's'}${with_} of another client ended on this server`,
    )
  }
  return found
}

const usageTokens = ({ client }: Sides): number => client.usageOutputTokens + client.failedOutputTokens
const sumOf = (sides: readonly Sides[], of: (side: Sides) => number): number =>
  sides.reduce((sum, side) => sum + of(side), 0)
