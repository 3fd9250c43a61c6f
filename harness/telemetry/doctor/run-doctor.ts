import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import type { Clock } from '../../clock.ts'
import { type ReadText, type RunProgram, readTextFile, runSystemProgram } from '../host/read-host.ts'
import { aboutCards } from '../inventory/list-cards.ts'
import { openEnergyCounter } from '../nvml/counter.ts'
import type { StartLoop } from '../sampler/smi-loop.ts'
import { runNvidiaSmi, type SmiExec } from '../smi/exec.ts'
import { type Fingerprint, fingerprintOf } from '../snapshot/fingerprint.ts'
import { readHost } from '../snapshot/host.ts'
import { type CardSnapshot, readSnapshot } from '../snapshot/snapshot.ts'
import type { WallHost } from '../wall/host.ts'
import { type Check, fail, notMeasured } from './check.ts'
import { cardChecks } from './checks-card.ts'
import { driverChecks } from './checks-driver.ts'
import { eccChecks } from './checks-ecc.ts'
import { hostChecks } from './checks-host.ts'
import { linkChecks } from './checks-links.ts'
import { sensorChecks } from './checks-sensor.ts'
import { settingsChecks } from './checks-settings.ts'
import { useChecks } from './checks-use.ts'
import { findWallSources, wallChecks } from './checks-wall.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { type ProbeResult, probeSensor } from './sensor-probe.ts'
import { troubleOf } from './trouble.ts'

export interface DoctorOptions {
  readonly nvidiaSmi: string
  readonly clock: Clock
  /** The cards to check; every card of the machine unless given. */
  readonly uuids?: readonly string[]
  /** Catalogue entries of the expected card; several for a group of editions, none for any card. */
  readonly expected?: readonly CardEntry[]
  readonly expectedGpus?: number
  readonly eccMode?: 'Enabled' | 'Disabled'
  /** CUDA version that the server's image requires, such as `12.8`; from the cards' compute capability unless given. */
  readonly needsCuda?: string
  /** Loads the card through a given server until the signal aborts. Without it, checks under load are not measured. */
  readonly load?: (signal: AbortSignal) => Promise<void>
  readonly serverPids?: readonly number[]
  /** Checks of that server, which the caller has made. */
  readonly serverChecks?: readonly Check[]
  readonly containerImage?: string
  /** Where the power of CPUs and server is looked for; absent: it is not. */
  readonly wallHost?: WallHost
  readonly exec?: SmiExec
  readonly readText?: ReadText
  readonly runProgram?: RunProgram
  readonly startLoop?: StartLoop
  readonly openCounter?: typeof openEnergyCounter
  /** Duration of the probe's idle and load phase in ms; 2 s and 5 s unless given. */
  readonly probeIdleMs?: number
  readonly probeLoadMs?: number
}

export interface DoctorReport {
  readonly checks: readonly Check[]
  readonly counts: Readonly<Record<Check['status'], number>>
  /** Whether no check failed. */
  readonly isHealthy: boolean
  /** Null when no card could be read. */
  readonly fingerprint: Fingerprint | null
}

/**
 * Checks whether a server is ready to benchmark: reads everything once, probes the power sensor if there is a load, and
 * evaluates the checks. Never throws: what cannot be read is a check with status `not-measured`.
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const onMachine = options.exec ?? ((args: readonly string[]) => runNvidiaSmi(options.nvidiaSmi, args))
  const wall = options.wallHost === undefined ? null : findWallSources(options.wallHost)
  const facts = await gatherFacts({
    nvidiaSmi: options.nvidiaSmi,
    clock: options.clock,
    ...(options.uuids ? { uuids: options.uuids } : {}),
    exec: onMachine,
    readText: options.readText ?? readTextFile,
    runProgram: options.runProgram ?? runSystemProgram,
    ...(options.startLoop ? { startLoop: options.startLoop } : {}),
  })
  const exec = aboutCards(onMachine, facts.only)
  const cards = facts.snapshot.kind === 'ok' ? facts.snapshot.cards : []
  const probed = cards.length > 0 && options.load ? await probe(options, { exec, facts, cards }, options.load) : null
  const checks = [
    ...driverChecks(facts, options.needsCuda ?? cudaNeededBy(cards)),
    ...(cards.length > 0 ? checksOfCards(options, facts, cards, probed) : [noCards(facts)]),
    ...hostChecks(facts),
    ...(wall === null ? [] : wallChecks(await wall)),
    ...(options.serverChecks ?? []),
  ]
  const counts = { pass: 0, warn: 0, fail: 0, 'not-measured': 0 }
  for (const { status } of checks) counts[status] += 1
  const fingerprint =
    cards.length > 0
      ? fingerprintOf({
          ...facts,
          cards,
          kernelModule: facts.surroundings.kernelModule?.version ?? null,
          host: readHost(),
          containerImage: options.containerImage ?? null,
        })
      : null
  return { checks, counts, isHealthy: counts.fail === 0, fingerprint }
}

interface Probed {
  readonly result: ProbeResult
  readonly underLoad: readonly CardSnapshot[] | null
}

function checksOfCards(
  options: DoctorOptions,
  facts: Facts,
  cards: readonly CardSnapshot[],
  probed: Probed | null,
): Check[] {
  const expected = options.expected ?? []
  return [
    ...cardChecks(cards, expected, options.expectedGpus ?? null, facts),
    ...settingsChecks(cards, expected),
    ...eccChecks(cards, options.eccMode ?? null),
    ...linkChecks(cards, probed?.underLoad ?? null, facts.links),
    ...useChecks(cards, facts.processes, {
      serverPids: options.serverPids ?? [],
      isServing: options.load !== undefined,
    }),
    ...sensorChecks(probed?.result ?? null, cards),
  ]
}

interface ProbeSubject {
  readonly exec: SmiExec
  readonly facts: Facts
  readonly cards: readonly CardSnapshot[]
}

async function probe(
  options: DoctorOptions,
  { exec, facts, cards }: ProbeSubject,
  load: (signal: AbortSignal) => Promise<void>,
): Promise<Probed> {
  const { counter, first } = await (options.openCounter ?? openEnergyCounter)({ uuids: cards.map(({ uuid }) => uuid) })
  let underLoad: Promise<readonly CardSnapshot[] | null> = Promise.resolve(null)
  const halfwayMs = (options.probeLoadMs ?? 5000) / 2
  try {
    const result = await probeSensor({
      nvidiaSmi: options.nvidiaSmi,
      clock: options.clock,
      exec,
      limits: facts.loopLimits,
      ...(facts.only === null ? {} : { uuids: facts.only }),
      counter: first.state === 'ok' ? counter : null,
      load: (signal) => {
        underLoad = options.clock
          .sleep(halfwayMs)
          .then(() => readSnapshot(exec, facts.knownFields))
          .then((snapshot) => (snapshot.kind === 'ok' ? snapshot.cards : null))
        return load(signal)
      },
      ...(options.startLoop ? { startLoop: options.startLoop } : {}),
      ...(options.probeIdleMs === undefined ? {} : { idleMs: options.probeIdleMs }),
      ...(options.probeLoadMs === undefined ? {} : { loadMs: options.probeLoadMs }),
    })
    const withCounter = result.kind === 'ok' && first.state !== 'ok' ? { ...result, counter: first } : result
    return { result: withCounter, underLoad: await underLoad }
  } finally {
    counter.close()
  }
}

/** The minimum CUDA version for a generation of cards: Blackwell RTX cards (compute capability 12.0) require 12.8. */
function cudaNeededBy(cards: readonly CardSnapshot[]): string | null {
  const capabilities = cards.map((card) => Number(card.values['compute_cap'] ?? Number.NaN))
  return capabilities.some((capability) => capability >= 10) ? '12.8' : null
}

function noCards({ snapshot, failure, surroundings }: Facts): Check {
  const reason = snapshot.kind === 'failed' ? snapshot.reason : 'nvidia-smi lists no card'
  const rule = { id: 'gpus', why: 'all other checks read the card', fix: '' }
  if (failure !== null) return notMeasured(rule, 'nvidia-smi does not work')
  const { text, fix } = troubleOf(reason, surroundings)
  return fail(
    rule,
    text,
    fix || 'run nvidia-smi --query-gpu=index,uuid --format=csv, and see dmesg for NVRM and Xid lines',
  )
}
