import { systemClock } from '../../harness/clock.ts'
import { directFetch } from '../../harness/endpoint/access/direct-fetch.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { startSimulator } from '../simulate/simulator-processes.ts'
import { trainingScenario } from './scenarios.ts'
import type { Edge, LoadPattern, LoadStage, ProofMachine } from './stage.ts'

const TEXT_MODEL = 'llama-3.1-8b-instruct'
/** Pieces of work that follow each other, in ms: short, so that a load ends when it is to end. */
const PIECE_MS = 100
const SEED = 1

/** A machine of the simulator: a card that is loaded over HTTP, a text server, and a training command. All is SIMULATED. */
export function simulatedMachine(card: string): ProofMachine {
  return {
    openLoad: async () => {
      const simulator = await launchSimulator({ card, model: 'none' })
      return {
        nvidiaSmi: simulator.nvidiaSmi,
        hasCounter: false,
        play: (pattern, onEdge, signal) => play(simulator.url, pattern, { onEdge, signal }),
        close: () => simulator.stop(),
      } satisfies LoadStage
    },
    openServer: async () => {
      const simulator = await launchSimulator({ card, model: TEXT_MODEL, enablePromptTokensDetails: true })
      return {
        nvidiaSmi: simulator.nvidiaSmi,
        endpoint: simulator.url,
        model: TEXT_MODEL,
        tokens: { prompt: 256, output: 64 },
        note: `the simulator serves ${TEXT_MODEL} (SIMULATED)`,
        close: () => simulator.stop(),
      }
    },
    openTraining: async (lengths) => {
      const file = trainingScenario({ model: TEXT_MODEL, sequenceTokens: 1024 }, lengths)
      const { nvidiaSmi, file: withCommand, stop } = await startSimulator(file, card, SEED)
      if (withCommand.kind !== 'training') throw new TypeError('the scenario of a training changed its kind')
      return { nvidiaSmi, file: withCommand, close: stop }
    },
  }
}

interface Playing {
  readonly onEdge: (edge: Edge) => void
  readonly signal: AbortSignal
}

/** Loads the simulated card in a pattern, from the start of the pattern: delays do not add up. */
async function play(url: string, pattern: LoadPattern, { onEdge, signal }: Playing): Promise<void> {
  const beganMs = systemClock.nowMs()
  const endMs = beganMs + pattern.seconds * 1000
  const periodMs = pattern.kind === 'square' ? pattern.periodMs : pattern.seconds * 1000
  const onMs = pattern.kind === 'square' ? pattern.periodMs / 2 : periodMs
  for (let riseMs = beganMs; riseMs < endMs && !signal.aborted; riseMs += periodMs) {
    await systemClock.sleep(Math.max(0, riseMs - systemClock.nowMs()))
    onEdge({ on: true, timeMs: systemClock.nowMs() })
    while (systemClock.nowMs() < Math.min(endMs, riseMs + onMs) && !signal.aborted) await work(url)
    onEdge({ on: false, timeMs: systemClock.nowMs() })
  }
  await systemClock.sleep(Math.max(0, signal.aborted ? 0 : endMs - systemClock.nowMs()))
}

async function work(url: string): Promise<void> {
  const answer = await directFetch(`${url}/simulator/work?ms=${PIECE_MS}`, { method: 'POST' })
  if (!answer.ok) throw new JoulemarkError('environment', `simulator: HTTP ${answer.status}`)
}
