import { cardBySmiName } from '../catalogue/cards.ts'
import { scenarioKeysFor } from '../catalogue/find.ts'
import { type FitCard, fitCard } from '../catalogue/own/known.ts'
import { cardOfRun } from '../catalogue/own/own-cards.ts'
import { locateServer } from '../endpoint/location.ts'
import { requireConnections } from '../load/client-limits.ts'
import { powerCeilingW } from '../physics/power-ceiling.ts'
import { servingGpus } from '../physics/serving-gpus.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import type { Scenario } from '../scenario/schema.ts'
import { chooseServingGpus } from '../telemetry/inventory/choose-gpus.ts'
import { describeFound, type FoundCard } from '../telemetry/inventory/describe-found.ts'
import { openTelemetry, type Telemetry } from '../telemetry/open.ts'
import { prepareWorkload } from '../workloads/prepare-workload.ts'
import type { Workload } from '../workloads/workload.ts'
import { CANNOT_BE_QUOTED, type StartFacts, whyNotQuotable } from './not-quotable.ts'
import type { RunOptions } from './run-options.ts'

/** The cards, the server and the scenario, checked before a run; nothing has been written yet. */
export interface Prepared {
  readonly telemetry: Telemetry
  readonly gpus: readonly Gpu[]
  readonly card: RunRecord['card']
  readonly scenario: Scenario
  readonly endpoint: Endpoint
  readonly simulatedBy: string | null
  /** The workload to measure, checked. */
  readonly workload: Workload
}

/** Checks everything that a run requires. Throws `bad-input` or `environment` with one line before anything is written. */
export async function prepareRun(file: PlainScenarioFile, options: RunOptions): Promise<Prepared> {
  const telemetry = await openTelemetry(options.nvidiaSmi, options.clock)
  const chosen = chooseServingGpus(telemetry.gpus, options.gpus, file.server?.tensorParallel ?? 1, telemetry.warnings)
  const gpus = chosen.map((gpu) => ({ ...gpu, powerCeilingW: powerCeilingW(gpu) }))
  const found = await describeServing(gpus, telemetry, options)
  const identified = identifyCard(gpus, options.card, telemetry.reason, found)
  const card = options.card === null ? identified : { ...identified, claimed: options.card }
  const scenario = resolveScenario(file, scenarioKeys(card.key ?? options.card))
  if (scenario.kind !== 'training') {
    requireConnections({ connections: connectionsOf(scenario.load), workers: options.workers })
  }
  const noGpuReason = telemetry.reason
  const warn = warnOfObstacles(options)
  const workload = await prepareWorkload(scenario, {
    endpoint: options.endpoint || null,
    apiKey: options.apiKey,
    servedAs: options.servedAs,
    startFailure: options.startFailure,
    card: memoryOf(card),
    gpus: servingGpus(gpus).length,
    gpuUuids: servingGpus(gpus).map(({ uuid }) => uuid),
    container: options.container,
    nowMs: options.clock.nowMs(),
    signal: AbortSignal.any([options.drain, options.abort]),
    note: (message) => options.progress.note(message),
    onDiscovered: async (found) => {
      const endpoint = await located(found.endpoint, scenario)
      warn({ ...found, gpus, noGpuReason, card, scenario, endpoint, isProbed: false })
    },
  })
  const { simulatedBy, model } = workload
  const endpoint = await located(workload.endpoint, scenario)
  if (workload.oom === null)
    warn({ gpus, noGpuReason, card, scenario, endpoint, simulatedBy, isProbed: true, ...(model ? { model } : {}) })
  return { telemetry, gpus, card, scenario, endpoint, simulatedBy, workload }
}

/** Warns of what keeps the run from being quoted, each reason once. */
function warnOfObstacles(options: RunOptions): (facts: StartFacts) => void {
  const said = new Set<string>()
  return (facts) => {
    for (const reason of whyNotQuotable(facts, options)) {
      if (!said.has(reason)) options.progress.warn(`${CANNOT_BE_QUOTED}${reason}`)
      said.add(reason)
    }
  }
}

/** The endpoint and whether its server runs on this machine; training runs on this machine and has no server. */
async function located(endpoint: Endpoint, { kind }: Scenario): Promise<Endpoint> {
  return kind === 'training' ? endpoint : { ...endpoint, location: { ...(await locateServer(endpoint.url)) } }
}

/** What is known of the serving card; null without one, and for different cards. */
async function describeServing(
  gpus: readonly Gpu[],
  { fingerprint }: Telemetry,
  { clock, progress }: Pick<RunOptions, 'clock' | 'progress'>,
): Promise<FoundCard | null> {
  const serving = servingGpus(gpus)
  const [first] = serving
  if (first === undefined || serving.some((gpu) => gpu.name !== first.name)) return null
  const found = await describeFound(first, { fingerprint, now: clock.wall() })
  if (found.from === 'reported') {
    progress.note(`"${first.name}" is not in the catalogue: described by what it reports (joulemark card describe)`)
  }
  return found
}

/** The card of a run where its memory is known. */
function memoryOf(card: RunRecord['card']): FitCard | null {
  const entry = cardOfRun(card)
  const known = entry === null ? null : fitCard(entry)
  return known === null || 'reason' in known ? null : known
}

/** The serving card, by its name in nvidia-smi. Different cards have no key: no limit, price or power holds for both. */
export function identifyCard(
  gpus: readonly Gpu[],
  claimed: string | null,
  noGpuReason: string | null,
  found: FoundCard | null = null,
): RunRecord['card'] {
  const serving = servingGpus(gpus)
  const first = serving[0]
  if (!first) return { key: null, name: null, reason: noGpuReason ?? 'no GPU was read' }
  const names = new Set(serving.map((gpu) => gpu.name))
  if (names.size > 1) return { key: null, name: first.name, reason: `different cards serve: ${[...names].join(', ')}` }
  const bundled = cardBySmiName(first.name)
  if (found === null && bundled !== null) return { key: bundled.key, name: first.name }
  if (found?.from === 'bundled') return { key: found.entry.key, name: first.name }
  if (found?.from === 'own') return { key: found.entry.key, name: first.name, description: found.entry }
  const claim = claimed === null ? '' : ` (claimed: ${claimed})`
  const described = found === null ? {} : { description: found.entry }
  return { key: null, name: first.name, reason: `"${first.name}" is not in the catalogue${claim}`, ...described }
}

const scenarioKeys = (key: string | null): string[] => (key === null ? [] : scenarioKeysFor(key))
