import type { Clock } from '../clock.ts'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { GpuRow } from '../record/rows.ts'
import type { Gpu } from '../record/schema.ts'
import { readInventory } from './inventory.ts'
import { startSampler } from './sampler.ts'
import { runNvidiaSmi } from './smi-exec.ts'

/** The card as a run sees it: what is there, and a way to watch it. Without a GPU `gpus` is empty and `reason` says why. */
export interface Telemetry {
  readonly gpus: readonly Gpu[]
  readonly reason: string | null
  watch(options: WatchOptions): Promise<{ stop(): Promise<void> }>
}

export interface WatchOptions {
  readonly clock: Clock
  readonly originMs: number
  readonly onRow: (row: GpuRow) => void
  readonly onWarning: (message: string) => void
}

/** How often nvidia-smi is asked for a row (metrics section 4). */
export const SAMPLE_EVERY_MS = 200

/**
 * Looks for the card. A machine without nvidia-smi is no error unless the person named one: the run goes on and its
 * energy is null with this reason. An nvidia-smi that is there and fails is `world-failed`: the card cannot be trusted.
 */
export async function openTelemetry(nvidiaSmi: { path: string; required: boolean } | null): Promise<Telemetry> {
  if (nvidiaSmi === null) return withoutGpu('run with --no-gpu: power and memory were not watched')
  const version = await runNvidiaSmi(nvidiaSmi.path, ['-L'])
  if (version.kind === 'failed') {
    if (version.absent && !nvidiaSmi.required) {
      return withoutGpu('no nvidia-smi on PATH: power and memory cannot be measured, energy will be null')
    }
    const advice = version.absent ? '' : '; mend the driver, or run with --no-gpu to measure without power'
    throw new JoulemarkError(
      version.absent ? 'bad-input' : 'world-failed',
      `${nvidiaSmi.path}: ${version.reason}${advice}`,
    )
  }
  const inventory = await readInventory(nvidiaSmi.path)
  if (inventory.gpus.length === 0) {
    throw new JoulemarkError('world-failed', `${nvidiaSmi.path}: ${inventory.reason ?? 'lists no GPU'}`)
  }
  return {
    gpus: inventory.gpus,
    reason: null,
    watch: async (options) => {
      const sampler = await startSampler({
        nvidiaSmi: nvidiaSmi.path,
        intervalMs: SAMPLE_EVERY_MS,
        clock: options.clock,
        originMs: options.originMs,
        onRow: options.onRow,
        onEvent: (event) => options.onWarning(`nvidia-smi: ${event.message}`),
      })
      return {
        stop: async () => {
          try {
            await sampler.stop()
          } catch (error) {
            options.onWarning(`nvidia-smi did not stop cleanly: ${messageOf(error)}`)
          }
        },
      }
    },
  }
}

const withoutGpu = (reason: string): Telemetry => ({
  gpus: [],
  reason,
  watch: async () => ({ stop: async () => {} }),
})
