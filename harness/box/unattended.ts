import type { ServePlan } from '../endpoint/serve/plan.ts'
import type { RunningServer } from '../endpoint/serve/server.ts'
import { messageOf } from '../errors.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import type { CardProbe } from '../record/schema/card-probe.ts'
import type { ServerStart } from '../record/schema/server.ts'
import type { FinishedRun } from '../run/run.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { type BoxStep, MEMORY_PROBE } from './plan.ts'
import { type BoxOutcome, type BoxState, keepOutcome } from './state.ts'

/** The side effects of an unattended run. */
export interface UnattendedTools {
  readonly serve: (plan: ServePlan) => Promise<RunningServer>
  /** Measures the cards of a plan alone, before its server is started. */
  readonly probe: (plan: ServePlan) => Promise<CardProbe>
  readonly run: (
    file: PlainScenarioFile,
    url: string,
    start: { readonly serverStart: ServerStart; readonly cardProbe?: CardProbe },
  ) => Promise<FinishedRun>
  readonly say: (line: string) => void
  /** Once aborted, no further scenario starts. */
  readonly signal: AbortSignal
}

/**
 * Serves, runs and stops one scenario after another, in `restarts` rounds. Each round starts the server of every scenario
 * anew and writes one record per scenario. Rounds spread the starts of one scenario over hours, which shows more of their
 * variance, and a run cut short has measured everything once. A failed scenario does not end the run; scenarios that an
 * earlier run completed are skipped. Throws `DiskError` when the disk takes no more; the server is stopped before.
 */
export async function runUnattended(
  steps: readonly BoxStep[],
  state: BoxState,
  { outDir, restarts = 1 }: { readonly outDir: string; readonly restarts?: number | undefined },
  tools: UnattendedTools,
): Promise<BoxState> {
  const rounds = Array.from({ length: restarts }, (_, round) => ({ number: round + 1, of: restarts }))
  let current = state
  for (const start of rounds) {
    for (const step of steps) {
      if (tools.signal.aborted) return current
      // a skipped scenario is skipped at every start
      if (start.number > 1 && isSkipped(step)) continue
      const name = start.of === 1 ? step.name : `${step.name}, start ${start.number} of ${start.of}`
      const done = current.steps.find((outcome) => isSame(outcome, step, start))
      if (done) {
        tools.say(`${name}: already completed, ${done.run ?? 'no record'}`)
        continue
      }
      const outcome = await oneStep(step, start, name, tools)
      // an interrupted scenario has no outcome: a resumed run starts it again
      if (tools.signal.aborted && outcome.outcome !== 'done') return current
      current = keepOutcome(outDir, current, outcome)
      tools.say(`${name}: ${outcomeWords[outcome.outcome]}${outcome.reason === null ? '' : `: ${outcome.reason}`}`)
    }
  }
  return current
}

const outcomeWords: Record<BoxOutcome['outcome'], string> = { done: 'done', failed: 'failed', 'left-out': 'skipped' }

const isSame = (outcome: BoxOutcome, step: BoxStep, start: ServerStart): boolean =>
  outcome.name === step.name && outcome.sha256 === step.sha256 && outcome.start === start.number

const isSkipped = (step: BoxStep): boolean => step.serve === null || step.leftOut !== null

async function oneStep(step: BoxStep, start: ServerStart, name: string, tools: UnattendedTools): Promise<BoxOutcome> {
  const base = { name: step.name, start: start.number, sha256: step.sha256 }
  if (step.serve === null || step.leftOut !== null) {
    return { ...base, outcome: 'left-out', run: null, reason: step.leftOut }
  }
  let server: RunningServer | null = null
  try {
    const probed = step.name === MEMORY_PROBE ? { cardProbe: await probeCards(step.serve, name, tools) } : {}
    tools.say(`${name}: starting the server`)
    server = await tools.serve(step.serve)
    const serverStart = { ...start, command: [...step.serve.serverCommand] }
    const { directory, record } = await tools.run(step.file, server.url, { serverStart, ...probed })
    const complete = record.status === 'complete'
    return {
      ...base,
      outcome: complete ? 'done' : 'failed',
      run: directory,
      reason: complete ? null : `the status of the run is ${record.status}`,
    }
  } catch (error) {
    // no later run could be written either
    if (error instanceof DiskError) throw error
    return { ...base, outcome: 'failed', run: null, reason: messageOf(error) }
  } finally {
    await server?.stop()
  }
}

async function probeCards(plan: ServePlan, name: string, tools: UnattendedTools): Promise<CardProbe> {
  tools.say(`${name}: measuring the cards alone, with the torch of the image`)
  const probe = await tools.probe(plan)
  if ('reason' in probe) tools.say(`${name}: the cards were not measured alone: ${probe.reason}`)
  return probe
}
