import { type Clock, systemClock } from '../clock.ts'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type CounterRow, type GpuRow, roundMs } from '../record/rows.ts'
import { SAMPLE_INTERVAL_MS } from '../record/sample-interval.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { BoxFingerprint, GpuTelemetry } from '../record/schema/telemetry.ts'
import { runSystemProgram } from './host/read-host.ts'
import { type Inventory, readInventory } from './inventory/inventory.ts'
import { aboutCards } from './inventory/list-cards.ts'
import { openEnergyCounter } from './nvml/counter.ts'
import { watchCounter } from './nvml/counter-watch.ts'
import type { CounterResult } from './nvml/states.ts'
import { type Sampler, startSampler } from './sampler/sampler.ts'
import { type LoopLimits, loopLimits, slowStart } from './sampler/watched-loop.ts'
import { runNvidiaSmi, type SmiExec } from './smi/exec.ts'
import { parseHelpFields } from './smi/fields.ts'
import type { Fingerprint } from './snapshot/fingerprint.ts'
import { readCardsSnapshot, readMachine } from './snapshot/record-snapshot.ts'
import { readBusIds, readXidLines, xidsSince } from './snapshot/xids.ts'

/** The cards of a run and a way to sample them. Without a GPU `gpus` is empty and `reason` says why. */
export interface Telemetry {
  readonly gpus: readonly Gpu[]
  readonly reason: string | null
  /** Cards that cannot be read, and other messages of nvidia-smi besides its rows. */
  readonly warnings: readonly string[]
  /** Fingerprint of the server; null where no card could be read. */
  readonly fingerprint: BoxFingerprint | null
  watch(options: WatchOptions): Promise<Watching>
}

/** Observations of the cards besides their rows. */
export type Watched = Pick<GpuTelemetry, 'sampler' | 'samplerReason' | 'before' | 'after' | 'counter' | 'xids'>

export interface Watching {
  /** Stops sampling after the last rows have arrived. Null without a GPU. Never rejects. */
  stop(): Promise<Watched | null>
}

export interface WatchOptions {
  readonly clock: Clock
  readonly originMs: number
  /** GPUs that are sampled, and whose energy counter is read. */
  readonly servingUuids: readonly string[]
  readonly onRow: (row: GpuRow) => void
  readonly onCounterRow: (row: CounterRow) => void
  readonly onWarning: (message: string) => void
}

/** Rows arrive within this time: the last idle padding requires all of them. */
const TAIL_MS = 2 * SAMPLE_INTERVAL_MS

/**
 * Finds the cards. A machine without nvidia-smi is no error unless the user gave a path: the run continues and its
 * energy is null with this reason. An nvidia-smi that fails throws `environment`, because the card cannot be trusted.
 */
export async function openTelemetry(
  nvidiaSmi: { path: string; required: boolean } | null,
  clock: Clock = systemClock,
): Promise<Telemetry> {
  if (nvidiaSmi === null) return withoutGpu('run with --no-gpu: power and memory were not sampled')
  const requestedMs = clock.nowMs()
  const inventory = await readInventory(nvidiaSmi.path)
  const limits = loopLimits(clock.nowMs() - requestedMs)
  if (inventory.gpus.length === 0) return withoutCards(nvidiaSmi, inventory)
  const help = await runNvidiaSmi(nvidiaSmi.path, ['--help-query-gpu'])
  // the list does not change during a run and is read more than once
  const onMachine: SmiExec = async (args) =>
    args[0] === '--help-query-gpu' ? help : runNvidiaSmi(nvidiaSmi.path, args)
  const exec = aboutCards(onMachine, inventory.only ?? null)
  const knownFields = help.kind === 'ok' ? parseHelpFields(help.stdout) : new Set<string>()
  const { fingerprint, warnings } = await readMachine(exec, knownFields)
  return {
    gpus: inventory.gpus,
    reason: null,
    warnings: [...(inventory.warnings ?? []), ...warnings],
    fingerprint: fingerprint && withoutHost(fingerprint),
    watch: (options) => watchCards({ nvidiaSmi: nvidiaSmi.path, exec, knownFields, limits }, options),
  }
}

/** A machine without nvidia-smi runs without a card, unless a path was given; one that fails is `environment`. */
function withoutCards(
  nvidiaSmi: { path: string; required: boolean },
  { reason, absent = false }: Inventory,
): Telemetry {
  if (absent && !nvidiaSmi.required) {
    return withoutGpu('no nvidia-smi on PATH: power and memory cannot be measured, energy will be null')
  }
  const advice = absent ? '' : '; fix the driver, or run with --no-gpu to measure without power'
  throw new JoulemarkError(
    absent ? 'bad-input' : 'environment',
    `${nvidiaSmi.path}: ${reason ?? 'lists no GPU'}${advice}`,
  )
}

/** How to call this machine's nvidia-smi, its fields, and its time limits. */
interface DriverAccess {
  readonly nvidiaSmi: string
  readonly exec: SmiExec
  readonly knownFields: ReadonlySet<string>
  readonly limits: LoopLimits
}

/** Samples the cards, reads the energy counter, and takes a snapshot of the cards before and after. */
async function watchCards(driver: DriverAccess, options: WatchOptions): Promise<Watching> {
  const { nvidiaSmi, exec, knownFields, limits } = driver
  const { clock, originMs, onRow, onWarning } = options
  const startedMs = clock.nowMs()
  const sampler = await startSampler({
    nvidiaSmi,
    uuids: options.servingUuids,
    intervalMs: SAMPLE_INTERVAL_MS,
    clock,
    originMs,
    onRow,
    onEvent: (event) => onWarning(`nvidia-smi: ${event.message}`),
    exec,
    limits,
  })
  const slow = slowStart(clock.nowMs() - startedMs)
  if (slow !== null) onWarning(`nvidia-smi: ${slow}`)
  const nowMs = () => roundMs(clock.nowMs() - originMs)
  const [before, xidsBefore, busIds, { counter, first }] = await Promise.all([
    readCardsSnapshot(exec, knownFields, nowMs),
    readXidLines(runSystemProgram),
    readBusIds(exec),
    openEnergyCounter({ uuids: options.servingUuids }),
  ])
  const counting = first.state === 'ok' ? watchCounter(counter, clock, originMs, options.onCounterRow) : null
  return {
    stop: async () => {
      await clock.sleep(TAIL_MS)
      const fault = counting ? await counting.stop() : first
      counter.close()
      const after = await readCardsSnapshot(exec, knownFields, nowMs)
      const xids = xidsSince(xidsBefore, await readXidLines(runSystemProgram), busIds)
      return {
        ...(await reportOf(sampler, onWarning)),
        before,
        after,
        xids: xids?.map((xid) => ({ ...xid })) ?? null,
        counter: fault === null || fault.state === 'ok' ? { state: 'ok', ...withoutOf(first) } : { ...fault },
      }
    },
  }
}

/** The cards whose counter could not be read while those of others were. */
function withoutOf(first: CounterResult): { reason?: string } {
  const without = first.state === 'ok' ? Object.entries(first.without ?? {}) : []
  return without.length === 0 ? {} : { reason: without.map(([uuid, { reason }]) => `${uuid}: ${reason}`).join('; ') }
}

async function reportOf(
  sampler: Sampler,
  onWarning: WatchOptions['onWarning'],
): Promise<Pick<Watched, 'sampler' | 'samplerReason'>> {
  try {
    const { fields, missingFields, events, ...rest } = await sampler.stop()
    return { sampler: { ...rest, fields: [...fields], missingFields: [...missingFields], events: [...events] } }
  } catch (error) {
    const samplerReason = `nvidia-smi did not stop cleanly: ${messageOf(error)}`
    onWarning(samplerReason)
    return { sampler: null, samplerReason }
  }
}

/** The record keeps the host in a separate field. */
const withoutHost = ({ driver, cards, containerImage, driverStateSha256 }: Fingerprint): BoxFingerprint => ({
  driver: { ...driver },
  cards: cards.map((card) => ({ ...card })),
  containerImage,
  driverStateSha256,
})

const withoutGpu = (reason: string): Telemetry => ({
  gpus: [],
  reason,
  warnings: [],
  fingerprint: null,
  watch: async () => ({ stop: async () => null }),
})
