import { join } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import { endWords, nameOf, type ProgramLine, startJsonProgram } from './json-program.ts'
import { type PythonFacts, programs } from './python-facts.ts'
import { MODEL_LEN, randomModel } from './random-models.ts'
import { trainingScenario } from './scenarios.ts'
import type { Edge, LoadPattern, ProofMachine } from './stage.ts'

/** A Python and what it found: which models fit on the card. */
export interface PythonOn {
  readonly python: string
  readonly facts: PythonFacts
  readonly nvidiaSmi: string | undefined
  /** UUID of the card; empty without one. */
  readonly gpus: readonly string[]
}

/** A real shape with random weights. */
type Shape = 'llama-3.1-8b' | 'llama-1b' | 'tiny'

/** 8B in BF16 needs 15 GiB for its weights and 4 GiB for 32 sequences of 768 tokens, with what torch keeps. */
const SERVE_8B_MIB = 21_000
/** The same for LoRA: the weights, and activations and logits of a sequence of 1024 tokens. */
const TRAIN_8B_MIB = 22_000

const script = (name: string): string => join(programs, name)

/** A machine whose loads are programs in Python: on its card, or, where torch sees none, on the CPU with a tiny model. */
export function pythonMachine(on: PythonOn): ProofMachine {
  const { python, facts, nvidiaSmi, gpus } = on
  const device = facts.device === null ? 'cpu' : 'cuda'
  const shapeFor = (needsMiB: number): Shape =>
    facts.device === null ? 'tiny' : (facts.memoryMiB ?? 0) >= needsMiB ? 'llama-3.1-8b' : 'llama-1b'
  const common = ['--device', device, ...(device === 'cpu' ? ['--dtype', 'float32'] : [])]
  const done = async () => undefined
  return {
    openLoad: async () => ({
      nvidiaSmi,
      hasCounter: true,
      play: (pattern, onEdge, signal) =>
        play([python, script('gpu-load.py'), '--device', device], { pattern, onEdge, signal, gpus }),
      close: done,
    }),
    openServer: async (signal) => {
      const shape = shapeFor(SERVE_8B_MIB)
      const command = [
        python,
        script('text-server.py'),
        ...common,
        '--shape',
        shape,
        '--max-model-len',
        String(MODEL_LEN),
      ]
      const program = await startJsonProgram(command, { isReady: isListening, gpus, signal, untilReady: true })
      try {
        const ready = await program.ready
        const served = String(ready['model'])
        return {
          nvidiaSmi,
          endpoint: `http://127.0.0.1:${Number(ready['listening'])}`,
          model: served,
          tokens: shape === 'tiny' ? { prompt: 64, output: 32 } : { prompt: 512, output: 128 },
          note: `${served} on ${String(ready['device'])}, random weights, ready after ${Number(ready['loadSeconds']).toFixed(1)} s of loading`,
          close: async () => {
            program.stop()
            await program.ended
          },
        }
      } catch (error) {
        program.stop()
        await program.ended
        throw error
      }
    },
    openTraining: async (lengths) => {
      const shape = shapeFor(TRAIN_8B_MIB)
      const sequenceTokens = shape === 'tiny' ? 128 : 1024
      const settings = [
        '--batch',
        '1',
        '--sequence-tokens',
        String(sequenceTokens),
        '--rank',
        '16',
        '--gradient-checkpointing',
      ]
      const command = [python, script('lora-train.py'), ...common, '--shape', shape, ...settings]
      const model = randomModel(shape)
      return { nvidiaSmi, file: trainingScenario({ model, sequenceTokens, command }, lengths), close: done }
    },
  }
}

const isListening = (line: ProgramLine): boolean => typeof line['listening'] === 'number'

interface Playing {
  readonly pattern: LoadPattern
  readonly onEdge: (edge: Edge) => void
  readonly signal: AbortSignal
  readonly gpus: readonly string[]
}

async function play(command: readonly string[], { pattern, onEdge, signal, gpus }: Playing): Promise<void> {
  const period = pattern.kind === 'square' ? ['--period-ms', String(pattern.periodMs), '--duty', '0.5'] : []
  const whole = [...command, '--pattern', pattern.kind, '--seconds', String(pattern.seconds), ...period]
  const program = await startJsonProgram(whole, {
    isReady: (line) => line['ready'] === true,
    onLine: (line) => {
      if (typeof line['on'] !== 'boolean' || typeof line['t'] !== 'number') return
      onEdge({ on: line['on'], timeMs: onOwnClock(line['t']) })
    },
    gpus,
    signal,
  })
  const end = await program.ended
  if (signal.aborted || end.code === 0) return
  throw new JoulemarkError('environment', `${nameOf(whole)}: ${endWords(end)}`)
}

/** A time of Python's `time.monotonic()`, in s, on the clock of this process, in ms: both count on the monotonic clock of Linux. */
function onOwnClock(monotonicS: number): number {
  const agoMs = Number(process.hrtime.bigint()) / 1e6 - monotonicS * 1000
  return performance.timeOrigin + performance.now() - agoMs
}
