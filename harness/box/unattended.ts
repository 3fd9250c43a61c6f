import type { ServePlan } from '../endpoint/serve/plan.ts'
import type { RunningServer } from '../endpoint/serve/server.ts'
import { messageOf } from '../errors.ts'
import type { ServerStart } from '../record/schema/server.ts'
import type { FinishedRun } from '../run/run.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import type { BoxStep } from './plan.ts'
import { type BoxOutcome, type BoxState, keepOutcome } from './state.ts'

/** What a night touches of the world. */
export interface NightTools {
  readonly serve: (plan: ServePlan) => Promise<RunningServer>
  readonly run: (file: PlainScenarioFile, url: string, serverStart: ServerStart) => Promise<FinishedRun>
  readonly say: (line: string) => void
  /** No further scenario is begun. */
  readonly signal: AbortSignal
}

/**
 * Serves, runs and stops one scenario after another, all of them once before any of them again, as often as `restarts`
 * says: each time a fresh start of its server and a record of its own. Rounds, because starts that lie hours apart show
 * more of how starts differ, and because a night cut short has then measured everything once. One that fails does not
 * end the night; what an earlier night has done is left alone.
 */
export async function boxNight(
  steps: readonly BoxStep[],
  state: BoxState,
  { outDir, restarts = 1 }: { readonly outDir: string; readonly restarts?: number | undefined },
  tools: NightTools,
): Promise<BoxState> {
  const rounds = Array.from({ length: restarts }, (_, round) => ({ number: round + 1, of: restarts }))
  let at = state
  for (const start of rounds) {
    for (const step of steps) {
      if (tools.signal.aborted) return at
      // why a scenario is left out does not change with another start
      if (start.number > 1 && isLeftOut(step)) continue
      const name = start.of === 1 ? step.name : `${step.name}, start ${start.number} of ${start.of}`
      const done = at.steps.find((each) => isSame(each, step, start))
      if (done) {
        tools.say(`${name}: done before, ${done.run ?? 'no record'}`)
        continue
      }
      const outcome = await oneStep(step, start, name, tools)
      // what an interrupt cut is not over: the next night takes it up again
      if (tools.signal.aborted && outcome.outcome !== 'done') return at
      at = keepOutcome(outDir, at, outcome)
      tools.say(`${name}: ${outcome.outcome}${outcome.reason === null ? '' : `: ${outcome.reason}`}`)
    }
  }
  return at
}

const isSame = (outcome: BoxOutcome, step: BoxStep, start: ServerStart): boolean =>
  outcome.name === step.name && outcome.sha256 === step.sha256 && outcome.start === start.number

const isLeftOut = (step: BoxStep): boolean => step.serve === null || step.leftOut !== null

async function oneStep(step: BoxStep, start: ServerStart, name: string, tools: NightTools): Promise<BoxOutcome> {
  const base = { name: step.name, start: start.number, sha256: step.sha256 }
  if (step.serve === null || step.leftOut !== null) {
    return { ...base, outcome: 'left-out', run: null, reason: step.leftOut }
  }
  let server: RunningServer | null = null
  try {
    tools.say(`${name}: starting the server`)
    server = await tools.serve(step.serve)
    const { directory, record } = await tools.run(step.file, server.url, {
      ...start,
      command: [...step.serve.serverCommand],
    })
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
