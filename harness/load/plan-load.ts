import { readFile } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { BodyRequest } from '../plan/body/body-plan.ts'
import { longestEntry, type PromptTable } from '../plan/prompts/prompt-table.ts'
import { longestTurn, type SessionPlan } from '../plan/session-turns.ts'
import { parseTrace } from '../plan/trace.ts'
import { meanLength, mostLength } from '../scenario/prompt/length.ts'
import type { TextScenario } from '../scenario/schema.ts'
import { readSessions } from '../scenario/session/read-sessions.ts'
import { type Session, widthOf } from '../scenario/session/session-schema.ts'
import type { LoadPlan } from './protocol.ts'

/** The load plan of a scenario for the workers; reads the trace file where there is one. Throws `bad-input`. */
export async function planLoad(scenario: TextScenario): Promise<LoadPlan> {
  const { load } = scenario
  if (load.shape === 'closed')
    return { kind: 'closed', session: load.session ? await planSessions(scenario, load.session) : null }
  if (load.shape === 'open') {
    const { ratePerS, arrivals, burstiness, rampSeconds } = load
    return { kind: 'open', ratePerS, arrivals, burstiness, rampSeconds }
  }
  let text: string
  try {
    text = await readFile(load.file, 'utf8')
  } catch (error) {
    throw new JoulemarkError('bad-input', `scenario ${scenario.name}: load.file ${load.file}: ${messageOf(error)}`)
  }
  return { kind: 'trace', requests: parseTrace(load.file, text), speed: load.speed }
}

/** The sessions of a load; of a file its turns, if it is still the one that the scenario was read with. */
async function planSessions({ name }: TextScenario, session: Session): Promise<SessionPlan> {
  const { turns, thinkSeconds, thinkSpread, userTokens, branches, file } = session
  const plan = {
    turns,
    thinkSeconds,
    ...(thinkSpread ? { thinkSpread } : {}),
    userTokens,
    ...(branches ? { branches } : {}),
    width: widthOf(session),
  }
  if (file === undefined) return plan
  const where = `scenario ${name}: load.session.file`
  const { sessions, sha256 } = await readSessions(file, where)
  if (session.sha256 !== undefined && session.sha256 !== sha256) {
    throw new JoulemarkError('bad-input', `${where}: ${file}: it has changed since the scenario was read; start again`)
  }
  return { ...plan, recorded: sessions }
}

/** The longest request that a load will send, which the server's context must hold. */
export function longestRequest(scenario: TextScenario, plan: LoadPlan): { promptTokens: number; outputTokens: number } {
  // of the prompts of a file only the server knows how long they are
  const promptTokens = scenario.prompt.tokens === undefined ? 1 : mostLength(scenario.prompt.tokens)
  const outputTokens = mostLength(scenario.output.tokens)
  if (plan.kind === 'trace') {
    const longest = plan.requests.reduce((best, request) =>
      request.promptTokens + request.outputTokens > best.promptTokens + best.outputTokens ? request : best,
    )
    return { promptTokens: longest.promptTokens, outputTokens: longest.outputTokens }
  }
  if (plan.kind === 'closed' && plan.session) {
    return longestTurn(plan.session, { promptTokens, outputTokens })
  }
  return { promptTokens, outputTokens }
}

const noTurn = { inputTokens: 1, outputTokens: 1 }

/**
 * The request that a load sends first: of a trace its first line, of a conversation its first turn, of lengths their mean, of
 * the prompts of a file the longest: what the server refuses is then found out before the run.
 */
export function firstRequest(
  scenario: TextScenario,
  plan: LoadPlan,
  prompts: PromptTable | null = null,
): Pick<BodyRequest, 'promptTokens' | 'outputTokens' | 'sharedBlocks' | 'chosen'> {
  if (plan.kind === 'closed' && plan.session?.recorded) {
    const [{ inputTokens, outputTokens } = noTurn] = plan.session.recorded[0] ?? []
    return { promptTokens: inputTokens, outputTokens }
  }
  const first = plan.kind === 'trace' ? plan.requests[0] : undefined
  if (first === undefined) {
    return {
      promptTokens: Math.round(meanLength(scenario.prompt.tokens ?? 1)),
      outputTokens: Math.round(meanLength(scenario.output.tokens)),
      ...(prompts ? { chosen: { entry: longestEntry(prompts), pass: 0 } } : {}),
    }
  }
  const { promptTokens, outputTokens, hashIds } = first
  return { promptTokens, outputTokens, ...(hashIds.length > 0 ? { sharedBlocks: hashIds } : {}) }
}
