import { JoulemarkError } from '../errors.ts'
import type { LoadDriver, PhaseEnd } from '../load/driver.ts'
import type { Phase } from '../load/protocol.ts'
import { emptyGaps } from '../record/gap-buckets.ts'
import { roundMs } from '../record/rows.ts'
import type { TrainingScenario } from '../scenario/schema.ts'
import { type CommandEnd, type RunningCommand, startCommand } from './command.ts'
import { saysOutOfMemory } from './out-of-memory.ts'
import { watchSelf } from './self-watch.ts'
import { readTrainingLine } from './training-line.ts'
import type { StartOptions, WorkListener } from './workload.ts'

export interface TrainingPlan {
  readonly command: readonly string[]
  readonly scenario: TrainingScenario
  readonly startOptions: StartOptions
}

/**
 * Drives a training command: a trial is one run of it. Its time is counted from the first step (a model of 8B takes
 * a minute to load). The command is stopped after this time unless it has ended.
 */
export function startTraining(plan: TrainingPlan, listener: WorkListener): LoadDriver {
  const { startOptions, scenario } = plan
  let running: RunningCommand | null = null
  let stopping = false

  async function train(phase: Phase): Promise<CommandEnd & { steps: number }> {
    let steps = 0
    let budget: NodeJS.Timeout | null = null
    const trainMs = phase.sendUntilMs - phase.startMs
    const command = startCommand(plan.command, (text) => {
      const arrivedMs = roundMs(startOptions.clock.nowMs() - startOptions.originMs)
      const line = readTrainingLine(text)
      if (line.kind === 'config') listener.onConfig(line.config)
      if (line.kind !== 'step') return
      steps += 1
      // the first line starts the clock
      budget ??= setTimeout(() => command.stop(), trainMs)
      const { step, tokens, loss } = line
      listener.onSteps([{ trial: phase.trial, step, timeMs: arrivedMs, tokens, loss }])
      listener.onProgress(1, tokens ?? 0)
    })
    running = command
    const silence = setTimeout(() => {
      if (steps === 0) command.stop()
    }, scenario.trial.requestTimeoutSeconds * 1000)
    try {
      return { ...(await command.ended), steps }
    } finally {
      clearTimeout(silence)
      if (budget) clearTimeout(budget)
      running = null
    }
  }

  return {
    async runPhase(phase): Promise<PhaseEnd> {
      const none: PhaseEnd = { stats: [], gaps: emptyGaps(), simulated: false, fingerprint: null }
      if (stopping) return none
      const watched = watchSelf(startOptions.clock)
      const { code, signal, steps, stderrTail } = await train(phase)
      const end: PhaseEnd = { ...none, stats: [watched({ lateSends: 0, dropped: 0, replaced: 0 })] }
      listener.onProgress(0, 0)
      if (stopping) return end
      if (saysOutOfMemory(stderrTail) && code !== 0) listener.onOutOfMemory(stderrTail)
      else if (steps === 0 || (code !== 0 && code !== null && signal === null && !endedOnRequest(code))) {
        const how = signal ?? (code === null ? 'it could not be started' : `code ${code}`)
        const why = stderrTail || 'no output on stderr'
        throw new JoulemarkError('environment', `training command ended with ${how} after ${steps} steps: ${why}`)
      }
      return end
    },
    stopSending: () => {
      stopping = true
      running?.stop()
    },
    abort: () => {
      stopping = true
      running?.kill()
    },
    close: async () => {
      running?.kill()
      await running?.ended
    },
  }
}

/** Exit codes of a command that was stopped: 128 + SIGTERM and 128 + SIGINT. */
const endedOnRequest = (code: number): boolean => code === 143 || code === 130
