import { promptTokensOf, type RecordedTurn } from '../scenario/session/recorded-turn.ts'
import type { Session } from '../scenario/session/session-schema.ts'
import type { Random } from './random.ts'

/** The sessions of a load. */
export interface SessionPlan
  extends Pick<Session, 'turns' | 'thinkSeconds' | 'thinkSpread' | 'userTokens' | 'branches'> {
  /** Requests that one session has in flight at most. */
  readonly width: number
  /** The turns of a file; the sessions of the load are these, one after the other and again from the first. */
  readonly recorded?: readonly (readonly RecordedTurn[])[]
}

/** One turn of a session as it is sent. */
export interface PlannedTurn {
  /** Tokens of the prompt that later turns begin with. */
  readonly contextTokens: number
  readonly outputTokens: number
  /** Pause before the turn, in ms. */
  readonly pauseMs: number
  /** Requests that it sends at once. */
  readonly branches: number
  /** Tokens of its own that each of several requests has behind the context. */
  readonly branchTokens: number
}

/** Own tokens of a branch of a recorded turn: at least a block of every common size, so that branches differ. */
const RECORDED_BRANCH_TOKENS = 64

/** What one session of a load is drawn from. */
export interface SessionDraw {
  /** Number of the session in the load, from 0. */
  readonly number: number
  /** Lengths of its first prompt and of each of its answers, in tokens; a recorded session has its own. */
  readonly lengths: { readonly promptTokens: number; readonly outputTokens: number }
  readonly random: Random
}

/**
 * The turns of one session. The prompt of a turn is all earlier turns and what it adds. The harness keeps no output text, so
 * each earlier answer is replaced with the same number of other tokens: that part of the context is prefilled again, which
 * slightly overstates prefill and never understates it.
 */
export function sessionTurns(plan: SessionPlan, { number, lengths, random }: SessionDraw): PlannedTurn[] {
  const recorded = plan.recorded?.[number % plan.recorded.length]
  if (recorded) {
    const prompts = promptTokensOf(recorded)
    return recorded.map(({ outputTokens, pauseSeconds, branches }, index) => ({
      contextTokens: prompts[index] as number,
      outputTokens,
      pauseMs: pauseSeconds * 1000,
      branches,
      branchTokens: branches > 1 ? RECORDED_BRANCH_TOKENS : 0,
    }))
  }
  const { turns, userTokens, branches } = plan
  const added = lengths.outputTokens + userTokens
  return Array.from({ length: turns }, (_, index) => {
    const forks = branches !== undefined && (index + 1) % branches.everyTurns === 0
    return {
      contextTokens: lengths.promptTokens + index * added,
      outputTokens: lengths.outputTokens,
      pauseMs: index === 0 ? 0 : drawPauseMs(plan, random),
      branches: forks ? branches.count : 1,
      branchTokens: forks ? branches.tokens : 0,
    }
  })
}

/** One pause, in ms, of the mean and the spread of a plan. */
export function drawPauseMs({ thinkSeconds, thinkSpread }: SessionPlan, random: Random): number {
  const meanMs = thinkSeconds * 1000
  switch (thinkSpread ?? 'exponential') {
    case 'fixed':
      return meanMs
    case 'exponential':
      return -Math.log1p(-random()) * meanMs
    case 'lognormal': {
      // deviation = mean: the variance of the logarithm is ln 2 (mean and deviation of a lognormal distribution)
      const sigma = Math.sqrt(Math.LN2)
      // Box and Muller 1958
      const normal = Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random())
      return meanMs * Math.exp(sigma * normal - sigma ** 2 / 2)
    }
  }
}

/** The longest request of the sessions of a plan whose first prompts and answers have at most these lengths. */
export function longestTurn(
  plan: SessionPlan,
  lengths: SessionDraw['lengths'],
): { readonly promptTokens: number; readonly outputTokens: number } {
  const longest = { promptTokens: 0, outputTokens: 0 }
  const sessions = plan.recorded?.length ?? 1
  for (let number = 0; number < sessions; number += 1) {
    for (const turn of sessionTurns(plan, { number, lengths, random: () => 0 })) {
      const promptTokens = turn.contextTokens + turn.branchTokens
      if (promptTokens + turn.outputTokens <= longest.promptTokens + longest.outputTokens) continue
      Object.assign(longest, { promptTokens, outputTokens: turn.outputTokens })
    }
  }
  return longest
}
