import { JoulemarkError } from '../errors.ts'
import type { LoadDriver, PhaseEnd } from '../load/driver.ts'
import type { Phase } from '../load/protocol.ts'
import { emptyGaps } from '../record/gap-buckets.ts'
import { roundMs } from '../record/rows.ts'
import type { TrainingScenario } from '../scenario/schema.ts'
import { counted } from '../units.ts'
import { type CommandContainer, type CommandEnd, type RunningCommand, startCommand } from './command.ts'
import { saysOutOfMemory } from './out-of-memory.ts'
import { watchSelf } from './self-watch.ts'
import { readTrainingLine } from './training-line.ts'
import type { StartOptions, WorkListener } from './workload.ts'

export interface TrainingPlan {
  readonly command: readonly string[]
  readonly scenario: TrainingScenario
  readonly startOptions: StartOptions
  /** The container that the command runs in; absent where it runs on this machine. */
  readonly container?: CommandContainer | undefined
  /** UUIDs of the GPUs that a command on this machine may use. */
  readonly gpus: readonly string[]
}

/**
 * Drives a training command: a trial is one run of it. Its time is counted from the first step (a model of 8B takes
 * a minute to load, and its first download much longer). The command is stopped after this time unless it has ended, and when
 * it has printed nothing for `requestTimeoutSeconds` before its first step.
 */
export function startTraining(plan: TrainingPlan, listener: WorkListener): LoadDriver {
  const { startOptions, scenario } = plan
  let running: RunningCommand | null = null
  let stopping = false

  async function train(phase: Phase): Promise<CommandEnd & { steps: number }> {
    let steps = 0
    let budget: NodeJS.Timeout | null = null
    let silence: NodeJS.Timeout | null = null
    const trainMs = phase.sendUntilMs - phase.startMs
    const onLine = (text: string) => {
      const arrivedMs = roundMs(startOptions.clock.nowMs() - startOptions.originMs)
      const line = readTrainingLine(text)
      if (line.kind === 'config') listener.onConfig(line.config)
      if (line.kind !== 'step') return
      steps += 1
      // the first line starts the clock
      budget ??= setTimeout(() => running?.stop(), trainMs)
      const { step, tokens, loss } = line
      listener.onSteps([{ trial: phase.trial, step, timeMs: arrivedMs, tokens, loss }])
      listener.onProgress(1, tokens ?? 0)
    }
    const heard = () => {
      if (silence) clearTimeout(silence)
      silence = steps === 0 ? setTimeout(() => running?.stop(), scenario.trial.requestTimeoutSeconds * 1000) : null
    }
    running = await startCommand(plan.command, { onLine, onOutput: heard, container: plan.container, gpus: plan.gpus })
    // an interrupt may have come while a container of before was removed
    if (stopping) running.kill()
    heard()
    try {
      return { ...(await running.ended), steps }
    } finally {
      if (silence) clearTimeout(silence)
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
        throw new JoulemarkError(
          'environment',
          `training command ended with ${how} after ${counted(steps, 'step')}: ${why}`,
        )
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
