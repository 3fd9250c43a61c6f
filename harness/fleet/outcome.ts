import { exitCodes } from '../errors.ts'
import type { JobState, LossKind } from './engine.ts'
import { type CampaignBox, nothingYet } from './state.ts'

/** Exit codes of joulemark that are an answer: the box was measured, and the result is good, bad or open. */
const answers: ReadonlySet<number> = new Set([
  exitCodes.done,
  exitCodes.negativeResult,
  exitCodes.inconclusive,
  exitCodes.notComparable,
])

/**
 * Losses after which a further try may end otherwise: none of them is the fault of the box's result or of a person. One that was cut
 * by the end of the window has a whole window the next time, and is cut in each of them where its start takes too long.
 */
const retried: ReadonlySet<LossKind> = new Set(['node', 'preempted', 'window'])

/** A submitted box after what the engine said of its job. Pure. */
export function boxAfter(
  box: CampaignBox,
  job: JobState,
  { retries, at }: { readonly retries: number; readonly at: Date },
): CampaignBox {
  const since = at.toISOString()
  if (job.state === 'waiting' || job.state === 'running') {
    const running = job.state === 'running'
    const reason = job.state === 'waiting' ? job.reason : null
    return running === box.running && reason === box.reason
      ? box
      : { ...box, running, reason, since: running === box.running ? box.since : since }
  }
  if (job.state === 'ended') {
    const { exitCode } = job
    const state = answers.has(exitCode) ? 'measured' : 'failed'
    if (state === 'failed' && box.cancelled) return { ...box, ...nothingYet, reason: 'again after: cancelled', since }
    return { ...box, state, exitCode, running: false, reason: state === 'failed' ? failureOf(exitCode) : null, since }
  }
  const { kind, reason } = job
  if (box.cancelled) return { ...box, ...nothingYet, losses: box.losses, reason: 'again after: cancelled', since }
  // the window closed before it started: nothing was tried
  if (kind === 'window' && !box.running) return { ...box, ...nothingYet, losses: box.losses, reason, since }
  const losses = box.losses + 1
  if (retried.has(kind) && losses <= retries)
    return { ...box, ...nothingYet, losses, reason: `again after: ${reason}`, since }
  return { ...box, state: 'lost', losses, running: false, lossKind: kind, reason, since }
}

/** What an exit code that is no answer means. */
function failureOf(exitCode: number): string {
  const words: Readonly<Record<number, string>> = {
    [exitCodes.badInput]: 'joulemark on the box refused its input',
    [exitCodes.environmentFailed]: 'server, card or disk failed',
    [exitCodes.interrupted]: 'interrupted on the box',
    126: 'the command cannot be executed on the box; see `command` in the fleet file',
    127: 'the command is not found on the box; see `command` in the fleet file',
  }
  const meaning = words[exitCode] ?? (exitCode > 128 ? `ended by signal ${exitCode - 128}` : 'no answer of joulemark')
  return `exit code ${exitCode}: ${meaning}`
}

/**
 * A box that ended with an answer but left no run has not been measured: a program that crashes may end with the exit code of a
 * bad result. `problem` is why its records could not be brought, null where they were; `said` is the last line of its log.
 */
export function withWords(box: CampaignBox, problem: string | null, said: string | null): CampaignBox {
  const hasAnswer = box.state === 'measured' && box.runs > 0
  const lost = problem === null ? null : `records not brought: ${problem}`
  const noRun = box.state === 'measured' && !hasAnswer ? `exit code ${box.exitCode}, but it left no run` : null
  // what the engine lost was cut in the middle of a line that says nothing about it
  const isOver = noRun !== null || box.state === 'failed' || (box.state === 'lost' && box.lossKind === 'unknown')
  const parts = [box.reason, noRun, lost, isOver && said !== null ? `its log ends: ${said}` : null]
  const reason = parts.filter((part) => part !== null && part !== '').join('; ')
  // what was asked for again by a later command and is not to be had is measured again
  if (noRun !== null && problem !== null && box.notBrought)
    return { ...box, ...nothingYet, reason: `again after: ${reason}` }
  return {
    ...box,
    state: noRun === null ? box.state : 'failed',
    notBrought: box.state === 'measured' && problem !== null,
    reason: reason === '' ? null : reason,
  }
}
