import { fileURLToPath } from 'node:url'
import { cardByKey } from '../catalogue/cards.ts'
import { catalogueNames } from '../catalogue/find.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Card, Model } from '../catalogue/types.ts'
import { systemClock } from '../clock.ts'
import { parseAddress } from '../endpoint/address.ts'
import { refuseServerInUse } from '../endpoint/in-use.ts'
import { startFailure } from '../endpoint/serve/start-failure.ts'
import { StartLog } from '../endpoint/serve/start-log.ts'
import { fitOf } from '../physics/memory.ts'
import { isKnown, numberOf } from '../record/measured.ts'
import { readRun } from '../record/read.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { CANNOT_BE_QUOTED } from '../run/not-quotable.ts'
import { type Progress, silentProgress } from '../run/progress.ts'
import { type FinishedRun, runOnce } from '../run/run.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator } from '../simulator/launch.ts'
import type { FaultCase } from './fault-cases.ts'
import { oneTrialOptions } from './run-options.ts'
import type { StartCase } from './start-cases.ts'

const scenarioPath = fileURLToPath(new URL('../../scenarios/llama-3.1-8b-fp8-batch32.yaml', import.meta.url))

const stand = { card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' } as const

/** A short run on the simulator, and all of its warnings. */
export interface FaultRun {
  readonly record: RunRecord
  readonly warnings: readonly string[]
}

/** The requests before a run keep the card busy for less: a sensor fault begins in the load. */
const LOAD_BEGINS_MS = 1000

/** Runs one short trial on its own simulator. */
export async function runFault(fault: FaultCase, outDir: string): Promise<FaultRun> {
  const { launch, watched = false, gpus = [], requiresIdle = false } = fault
  const simulator = await launchSimulator({ ...stand, sensorFaultAfterMs: LOAD_BEGINS_MS, ...launch })
  const warnings: string[] = []
  try {
    const address = parseAddress(simulator.url)
    if (requiresIdle) await refuseServerInUse({ address, apiKey: null, clock: systemClock }, false)
    let directory: string | null = null
    const progress: Progress = {
      ...silentProgress,
      started: (_, folder) => {
        directory = folder
      },
      warn: (message) => warnings.push(message),
    }
    const record = await recordOf(
      runOnce(
        await shortScenario(fault),
        oneTrialOptions({
          endpoint: simulator.url,
          nvidiaSmi: watched ? { path: simulator.nvidiaSmi, required: true } : null,
          outDir,
          card: 'rtx-4090',
          gpus,
          progress,
        }),
      ),
      () => directory,
    )
    return { record, warnings }
  } finally {
    await simulator.stop()
  }
}

/** The record of a run, also of one that ended as failed; a run that did not start throws. */
async function recordOf(run: Promise<FinishedRun>, directoryOf: () => string | null): Promise<RunRecord> {
  try {
    return (await run).record
  } catch (error) {
    const directory = directoryOf()
    if (directory === null) throw error
    return (await readRun(directory)).record
  }
}

async function shortScenario(fault: FaultCase): Promise<PlainTextFile> {
  const { warmupSeconds = 0, seconds = 3, outputTokens = 32, api = 'completions' } = fault
  const [file] = await loadScenarios([scenarioPath], catalogueNames)
  const { server: _, ...scenario } = file as PlainTextFile
  return {
    ...scenario,
    api,
    load: { shape: 'closed', concurrency: 4, rampSeconds: 0.2 },
    prompt: { tokens: 64, prefixCache: 'cold' },
    output: { tokens: outputTokens },
    trial: {
      seconds,
      warmupSeconds,
      quietSeconds: 0.8,
      requestTimeoutSeconds: 60,
      runTimeoutMinutes: 5,
      minWindowSeconds: 1,
    },
  }
}

/** The outcome of a run that cannot start: the error class with its message and, if the server left a log, its cause. */
export async function endOf({ title, launch, requiresIdle = false }: StartCase, outDir: string): Promise<string> {
  try {
    await runFault({ title, launch, requiresIdle, mustShow: [] }, outDir)
    return 'the run completed'
  } catch (error) {
    const { message, code = 'no error class', cause } = error as Error & { code?: string }
    return `${code}: ${message}${cause instanceof Error ? `; ${causeIn(cause.message)}` : ''}`
  }
}

function causeIn(text: string): string {
  const log = new StartLog()
  log.write(text)
  const fit = fitOf(cardByKey(stand.card) as Card, modelByKey(stand.model) as Model, {
    contextTokens: 16_384,
    sessions: 1,
    kvBytesPerElement: 1,
    gpuMemoryUtilization: 0.92,
  })
  return `cause ${startFailure(text.split('\n'), log.facts, { fit, weightsBytes: fit.weightsBytes }).cause}`
}

/** Counters of every generation of vLLM, under any name. */
const counters = [
  'generationTokens',
  'promptTokens',
  'prefixCacheHits',
  'ttftMeanMs',
  'itlMeanMs',
  'kvUsageMax',
] as const

/** The signs of a fault in a run: gates, outcomes and other values of the record. */
export function signsOf({ record, warnings }: FaultRun): string[] {
  const outcomes = Object.assign({}, ...record.trials.map((trial) => trial.outcomes)) as Record<string, number>
  const texts = trialsOfKind(record.trials, 'text')
  const kinds = Object.keys(outcomes).filter((kind) => kind !== 'ok')
  const preemptions = texts.reduce(
    (sum, trial) => sum + (trial.server ? (numberOf(trial.server.preemptions) ?? 0) : 0),
    0,
  )
  const evidence = new Map(record.gates.map((gate) => [gate.id, gate.evidence]))
  const gateOf = (id: string): string => record.gates.find((gate) => gate.id === id)?.status ?? 'absent'
  const findings = record.trials.flatMap((trial) => trial.energy.findings)
  const arrival = record.gates.find((gate) => gate.id === 'token-arrival')?.evidence ?? ''
  return [
    ...record.gates.map(({ id, status }) => `${id} ${status}`),
    ...(kinds.length === 0 ? ['every request ok'] : kinds.map((kind) => `outcome ${kind}`)),
    ...(['pass', 'warn'].includes(gateOf('token-audit')) ? ['the tokens agree'] : []),
    `metric names ${record.endpoint.serving?.metricNames}`,
    ...(texts.every(({ server }) => server && counters.every((name) => isKnown(server[name])))
      ? ['every counter was read']
      : []),
    ...(preemptions > 0 ? ['preemptions in server.csv'] : []),
    ...(findings.some((finding) => finding.includes('stale')) ? ['a stale sensor'] : []),
    ...(findings.some((finding) => finding.includes('dropped')) ? ['a dropped sample'] : []),
    ...(arrival.includes('tokens per event') ? ['the server bundles'] : []),
    ...(arrival.includes('a proxy or the network') ? ['a proxy in front of the server'] : []),
    ...(record.trials.some(({ client }) => (client.replaced ?? 0) > 0) ? ['connections replaced'] : []),
    ...(texts.every(({ decodeTokensPerS }) => isKnown(decodeTokensPerS)) ? ['a decode rate'] : ['no decode rate']),
    ...(texts.every(isPaceOfServer) ? ['TPOT as at the server'] : []),
    ...(warnings.length > 0 ? ['warnings'] : []),
    `status ${record.status}`,
    ...record.trials.flatMap(({ failures = {} }) =>
      Object.entries(failures).map(([kind, { message }]) => `words of ${kind}: ${message}`),
    ),
    ...warnings.flatMap(
      (warning) =>
        /^a request failed \(([a-z0-9-]+)\): ./
          .exec(warning)
          ?.slice(1)
          .map((kind) => `warned of ${kind}`) ?? [],
    ),
    ...(texts.every(({ clientTokens: counts }) => counts && counts.usagePromptTokens === counts.plannedPromptTokens)
      ? ['exact prompts']
      : []),
    ...(record.trials.every(({ endMs, startMs, sendUntilMs }) => endMs < sendUntilMs && endMs - startMs < 25_000)
      ? ['ended early']
      : []),
    ...startSigns(warnings),
    ...spoken.flatMap(({ id, text, sign }) => (evidence.get(id)?.includes(text) ? [sign] : [])),
    ...(record.trials.every(({ windowStartMs }) => isKnown(windowStartMs)) ? ['a steady window'] : []),
  ]
}

/** Whether the mean TPOT of the client is that of the server, to within a fifth: a busy machine delays both ends. */
function isPaceOfServer({ clientTokens, server }: TextTrial): boolean {
  const clientMs = clientTokens ? numberOf(clientTokens.tpotMeanMs) : null
  const serverMs = server ? numberOf(server.itlMeanMs) : null
  return clientMs !== null && serverMs !== null && Math.abs(clientMs - serverMs) <= 0.2 * serverMs
}

/** Causes that only the evidence of a gate names. */
const spoken = [
  { id: 'token-audit', text: 'the server restarted', sign: 'a restart of the server' },
  { id: 'token-audit', text: 'several servers', sign: 'several servers' },
  { id: 'token-audit', text: 'another model', sign: 'another model' },
  { id: 'steady-state', text: 'TTFT is mostly queue', sign: 'requests in the queue' },
] as const

/** The gates that were named as the reason why the run cannot be quoted, before its first trial. */
const startSigns = (warnings: readonly string[]): string[] =>
  warnings.flatMap((line) =>
    line.startsWith(CANNOT_BE_QUOTED) ? [`at the start: ${line.slice(CANNOT_BE_QUOTED.length).split(':')[0]}`] : [],
  )

/** The evidence of each gate, by its id. */
export const evidenceOf = ({ record }: FaultRun): Map<string, string> =>
  new Map(record.gates.map(({ id, evidence }) => [id, evidence]))
