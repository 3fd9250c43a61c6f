import type { ServePlan } from '../../harness/endpoint/serve/plan.ts'
import type { RunningServer } from '../../harness/endpoint/serve/server.ts'
import { messageOf } from '../../harness/errors.ts'
import type { FinishedRun } from '../../harness/run.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'
import type { BoxStep } from './box-plan.ts'
import { type BoxOutcome, type BoxState, keepOutcome } from './box-state.ts'

/** What a night touches of the world. */
export interface NightTools {
  readonly serve: (plan: ServePlan) => Promise<RunningServer>
  readonly run: (file: PlainScenarioFile, url: string) => Promise<FinishedRun>
  readonly say: (line: string) => void
  /** No further scenario is begun. */
  readonly signal: AbortSignal
}

/**
 * Serves, runs and stops one scenario after another, and keeps how each ended. One that fails does not end the night;
 * what an earlier night has done is left alone.
 */
export async function boxNight(
  steps: readonly BoxStep[],
  state: BoxState,
  outDir: string,
  tools: NightTools,
): Promise<BoxState> {
  let at = state
  for (const step of steps) {
    if (tools.signal.aborted) break
    const done = at.steps.find((each) => each.name === step.name && each.sha256 === step.sha256)
    if (done) {
      tools.say(`${step.name}: done before, ${done.run ?? 'no record'}`)
      continue
    }
    const outcome = await oneStep(step, tools)
    // what an interrupt cut is not over: the next night takes it up again
    if (tools.signal.aborted && outcome.outcome !== 'done') break
    at = keepOutcome(outDir, at, outcome)
    tools.say(`${step.name}: ${outcome.outcome}${outcome.reason === null ? '' : `: ${outcome.reason}`}`)
  }
  return at
}

async function oneStep(step: BoxStep, tools: NightTools): Promise<BoxOutcome> {
  const base = { name: step.name, sha256: step.sha256 }
  if (step.serve === null || step.leftOut !== null) {
    return { ...base, outcome: 'left-out', run: null, reason: step.leftOut }
  }
  let server: RunningServer | null = null
  try {
    tools.say(`${step.name}: starting the server`)
    server = await tools.serve(step.serve)
    const { directory, record } = await tools.run(step.file, server.url)
    const complete = record.status === 'complete'
    return {
      ...base,
      outcome: complete ? 'done' : 'failed',
      run: directory,
      reason: complete ? null : `the run is ${record.status}`,
    }
  } catch (error) {
    return { ...base, outcome: 'failed', run: null, reason: messageOf(error) }
  } finally {
    await server?.stop()
  }
}
