import { models } from '../../catalogue/models.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { type FitCard, fitCard } from '../../catalogue/own/known.ts'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { modelByKey, whyNoModel } from '../../catalogue/own-models.ts'
import type { Model } from '../../catalogue/types.ts'
import { JoulemarkError } from '../../errors.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../physics/gpu-memory-utilization.ts'
import { type Fit, fitOf } from '../../physics/memory.ts'
import { kvElementBytes } from '../../physics/model/kv.ts'
import { shellWord } from '../../plain-text.ts'
import { longestTurn } from '../../plan/session-turns.ts'
import { connectionsOf } from '../../scenario/load-shape.ts'
import { mostLength, statedContextTokens } from '../../scenario/prompt/length.ts'
import type { Scenario, TextScenario } from '../../scenario/schema.ts'
import { widthOf } from '../../scenario/session/session-schema.ts'

export interface ServeOptions {
  readonly port: number
  /** UUIDs or indices of the GPUs to give to the container; all of them when empty. */
  readonly gpus: readonly string[]
  /** Tag of vllm/vllm-openai. */
  readonly tag: string
  /** Folder with downloaded weights on the host. */
  readonly cacheDir: string
  /** Names of variables for downloads that the container gets (container-env.ts). */
  readonly downloadEnv?: readonly string[]
}

/** How a scenario's model is served on a card: the `docker` arguments, and the corrections with their reasons. */
export interface ServePlan {
  readonly containerName: string
  readonly port: number
  readonly model: string
  /** Arguments of `docker`, one per word: never a shell line. */
  readonly argv: readonly string[]
  /** Arguments of `docker` that run a program of the image, given on stdin to its Python, on the same GPUs. */
  readonly pythonArgv: readonly string[]
  /** The image and the flags of vLLM, without folders of this machine: safe to record. */
  readonly serverCommand: readonly string[]
  /** Differences from the scenario, each with its reason. */
  readonly corrections: readonly string[]
  /** Why the model cannot be served, and which model or card count would fit; null when it should fit. */
  readonly refusal: string | null
  readonly fit: Fit
}

/**
 * The `docker run` line for a text scenario on a card, valid for vLLM images from 0.11 on. A setting that cannot work is
 * corrected (quantisation that is part of the checkpoint, a context that does not fit) or refused with the numbers.
 * Throws `bad-input` for another kind of scenario, a model that is not in the catalogue, and a card whose memory is unknown.
 */
export function servePlan(scenario: Scenario, on: string | CardEntry, options: ServeOptions): ServePlan {
  const entry = typeof on === 'string' ? cardEntryByKey(on) : on
  const card = entry === null ? { reason: `no card "${String(on)}"` } : fitCard(entry)
  const model = modelByKey(scenario.model)
  if (scenario.kind !== 'text' || 'reason' in card || model === null) {
    const why = 'reason' in card ? card.reason : model === null ? whyNoModel({ scenario }) : `kind ${scenario.kind}`
    throw new JoulemarkError('bad-input', `scenario ${scenario.name}: ${why}: nothing to serve with vLLM`)
  }
  const { server, prompt, load } = scenario
  const needed = longestTokens(scenario)
  // how long the prompts of a file are is known to the tokenizer of the model only
  const requestedContext = server?.maxModelLen ?? (prompt.tokens === undefined ? model.maxContext : needed)
  const tensorParallel = server?.tensorParallel ?? 1
  const gpuMemoryUtilization = server?.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION
  const shape = { kvBytesPerElement: kvElementBytes(server?.kvCacheDtype), gpuMemoryUtilization, gpus: tensorParallel }
  const fit = fitOf(card, model, { ...shape, contextTokens: requestedContext, sessions: 1 })
  const corrections: string[] = []
  const context = Math.min(requestedContext, fit.maxContextTokens, model.maxContext)
  const refusal = context < needed ? whyNot({ card, model, fit, needed, shape }) : null
  if (refusal === null && context < requestedContext) {
    const reason = context === model.maxContext ? "is the model's maximum" : 'is what the KV cache holds'
    corrections.push(`--max-model-len ${requestedContext} became ${context}, which ${reason}`)
  }
  const sequences = server?.maxNumSeqs ?? connectionsOf(load)
  const concurrentSequences = Math.floor((fit.maxSessions * requestedContext) / needed)
  if (refusal === null && sequences > concurrentSequences) {
    corrections.push(
      `the KV cache holds ${concurrentSequences} of ${sequences} sequences of ${needed} tokens: the others queue, which is not an error`,
    )
  }
  const quantization = quantizationFlag(model, server?.quantization, corrections)
  const containerName = `joulemark-${options.port}`
  const serverCommand = [
    `vllm/vllm-openai:${options.tag}`,
    ...['--model', model.servedAs[0] as string],
    ...quantization,
    ...(server?.kvCacheDtype === undefined ? [] : ['--kv-cache-dtype', server.kvCacheDtype]),
    // the command that cannot work is shown as it was asked for: a context of 0 is nobody's wish
    ...['--max-model-len', String(refusal === null ? context : requestedContext)],
    ...['--max-num-seqs', String(sequences)],
    ...['--gpu-memory-utilization', String(gpuMemoryUtilization)],
    ...(tensorParallel > 1 ? ['--tensor-parallel-size', String(tensorParallel)] : []),
    '--enable-prompt-tokens-details',
  ]
  const argv = [
    ...['run', '--rm', '--name', containerName, '--gpus', gpusFlag(options.gpus), '--ipc=host'],
    ...['-p', `127.0.0.1:${options.port}:8000`],
    ...['-v', `${options.cacheDir}:/root/.cache/huggingface`, '--env', 'HF_TOKEN'],
    ...(options.downloadEnv ?? []).flatMap((name) => ['--env', name]),
    ...serverCommand,
  ]
  const pythonArgv = [
    ...['run', '--rm', '-i', '--name', containerName, '--gpus', gpusFlag(options.gpus), '--ipc=host'],
    ...['--entrypoint', 'python3', serverCommand[0] as string, '-'],
  ]
  const shared = { containerName, port: options.port, model: model.key }
  return { ...shared, argv, pythonArgv, serverCommand, corrections, refusal, fit }
}

/** Tokens of the longest request of a scenario: of sessions the last turn. The turns of a file are not read here. */
function longestTokens(scenario: TextScenario): number {
  const { prompt, output, load } = scenario
  const session = load.shape === 'closed' ? load.session : undefined
  if (session === undefined || session.file !== undefined) return statedContextTokens(scenario)
  const lengths = { promptTokens: mostLength(prompt.tokens ?? 1), outputTokens: mostLength(output.tokens) }
  const { promptTokens, outputTokens } = longestTurn({ ...session, width: widthOf(session) }, lengths)
  return promptTokens + outputTokens
}

/** Docker parses the value as CSV: a list of devices requires quotes. */
const gpusFlag = (gpus: readonly string[]): string => (gpus.length === 0 ? 'all' : `"device=${gpus.join(',')}"`)

/** A quantised checkpoint declares its method; vLLM refuses another method on the command line as a mismatch. */
function quantizationFlag(model: Model, asked: string | undefined, corrections: string[]): string[] {
  if (asked === undefined) return []
  if (model.weightFormat === 'bf16') return ['--quantization', asked]
  const why =
    model.weightFormat === 'fp8'
      ? `${model.servedAs[0]} is a compressed-tensors checkpoint: with --quantization ${asked} vLLM stops at the mismatch`
      : `${model.servedAs[0]} is already quantised, and vLLM selects the Marlin kernels itself`
  corrections.push(`--quantization ${asked} skipped: ${why}`)
  return []
}

type Shape = Omit<Parameters<typeof fitOf>[2], 'contextTokens' | 'sessions'>

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

interface Misfit {
  readonly card: FitCard
  readonly model: Model
  readonly fit: Fit
  /** Tokens of the scenario's longest request. */
  readonly needed: number
  readonly shape: Shape
}

/** Why a model cannot be served, and what would fit: more cards, or a smaller checkpoint of the same family. */
function whyNot({ card, model, fit, needed, shape }: Misfit): string {
  const problem =
    fit.freeBytes <= 0
      ? `${gb(fit.weightsBytes)} of weights and ${gb(fit.overheadBytes)} of overhead do not fit into ${gb(fit.budgetBytes)} of ${card.label}`
      : `the KV cache holds ${fit.maxContextTokens} tokens (${gb(fit.freeBytes)}), the scenario requires ${needed}`
  const fits = (other: Model, gpus: number) =>
    fitOf(card, other, { ...shape, gpus, contextTokens: needed, sessions: 1 }).headroomRatio >= 1
  const cards = [2, 4, 8].find((gpus) => fits(model, gpus))
  const family = model.key.replace(/-(instruct|fp8|awq).*$/, '')
  const smaller = models.filter(
    (other) => other !== model && other.key.startsWith(family) && fits(other, shape.gpus ?? 1),
  )
  const remedies = [
    ...(cards === undefined ? [] : [`tensorParallel ${cards} on ${cards} such cards`]),
    ...smaller.map(
      (other) =>
        `model ${other.key} (${gb(fitOf(card, other, { ...shape, contextTokens: 1, sessions: 1 }).weightsBytes)})`,
    ),
  ]
  return `${problem}; ${remedies.length > 0 ? `would fit: ${remedies.join(', or ')}` : 'no model of this family in the catalogue fits'}`
}

/**
 * The arguments as a line to paste into a POSIX shell, one option per line. Never executed by the harness.
 */
export function shellLine(argv: readonly string[]): string {
  const words = ['docker', ...argv].map(shellWord)
  let line = ''
  for (const [index, word] of words.entries()) {
    // the image name starts the part that vLLM reads
    const breaks = index > 2 && (word.startsWith('-') || word.startsWith('vllm/'))
    line += index === 0 ? word : breaks ? ` \\\n  ${word}` : ` ${word}`
  }
  return line
}
