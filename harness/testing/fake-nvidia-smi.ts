import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Output and exit code of the executable. */
export interface FakeAnswer {
  readonly stdout?: string
  readonly stderr?: string
  readonly returnCode?: number
  /** Never ends, like with a hung driver. */
  readonly hangs?: boolean
}

/** Behaviour of one start of the loop, if it differs from a healthy one. Ticks count from 0. */
export interface FakeLoop {
  readonly firstRowDelayMs?: number
  /** Ends after so many ticks, with `returnCode` and `stderr`. */
  readonly diesAfterRows?: number
  readonly returnCode?: number
  readonly stderr?: string
  /** Prints half of the next line before it ends. */
  readonly leavesHalfLine?: boolean
  /** Prints nothing after so many ticks, but keeps running. */
  readonly hangsAfterRows?: number
  /** Lines that are not rows, printed before the tick of that number. */
  readonly lines?: readonly { readonly beforeRow: number; readonly text: string }[]
  /** Offset of the timestamps from that tick on: a step of the wall clock. */
  readonly clockStep?: { readonly atRow: number; readonly stepMs: number }
  readonly ignoresSigterm?: boolean
}

/** One card: answers by field name as `--query-gpu` knows it. `uuid` is required, anything absent prints `[N/A]`. */
export interface FakeGpu {
  readonly values: Readonly<Record<string, string>>
  /** Values that change in the loop, by tick; the last one stays. */
  readonly ticks?: readonly Readonly<Record<string, string>>[]
  /** The answer to every single query that is about this card, instead of rows: a card that cannot be read. */
  readonly fails?: FakeAnswer
}

/** Specification of a fake nvidia-smi. */
export interface FakeSmi {
  readonly gpus: readonly FakeGpu[]
  /** Fields of `--help-query-gpu`, an alias behind `|`; unlisted fields are refused as the real one does. */
  readonly fields?: readonly string[]
  /** Output of `-q -x`. */
  readonly xml?: string
  /** Outputs by prefix of the command line, such as `nvlink -s`, with precedence over all others. '' matches any. */
  readonly answers?: Readonly<Record<string, FakeAnswer>>
  /** The answer to a call without arguments. */
  readonly table?: FakeAnswer
  /** One entry per start of the loop; the last one repeats. */
  readonly loops?: readonly FakeLoop[]
}

/** Default fields of a fake driver: those of 550 that this project queries. */
export const fakeFields550 = [
  'timestamp',
  'driver_version',
  'count',
  'name|gpu_name',
  'uuid|gpu_uuid',
  'serial|gpu_serial',
  'index',
  'pci.bus_id|gpu_bus_id',
  'pci.device_id|gpu_device_id',
  'compute_cap',
  'vbios_version',
  'inforom.img|inforom.image',
  'persistence_mode',
  'compute_mode',
  'mig.mode.current',
  'pstate',
  'memory.total',
  'memory.reserved',
  'memory.used',
  'memory.free',
  'utilization.gpu',
  'utilization.memory',
  'temperature.gpu',
  'temperature.memory',
  'fan.speed',
  'power.draw',
  'power.draw.average',
  'power.draw.instant',
  'power.limit',
  'enforced.power.limit',
  'power.default_limit',
  'power.min_limit',
  'power.max_limit',
  'clocks.current.sm|clocks.sm',
  'clocks.current.memory|clocks.mem',
  'clocks.max.sm',
  'clocks.max.memory|clocks.max.mem',
  'clocks.applications.graphics|clocks.applications.gr',
  'clocks.default_applications.graphics|clocks.default_applications.gr',
  'clocks_event_reasons.active|clocks_throttle_reasons.active',
  'pcie.link.gen.current',
  'pcie.link.gen.max',
  'pcie.link.gen.gpumax',
  'pcie.link.gen.hostmax',
  'pcie.link.width.current',
  'pcie.link.width.max',
  'ecc.mode.current',
  'ecc.mode.pending',
  'ecc.errors.corrected.volatile.total',
  'ecc.errors.uncorrected.volatile.total',
  'ecc.errors.corrected.aggregate.total',
  'ecc.errors.uncorrected.aggregate.total',
  'remapped_rows.correctable',
  'remapped_rows.uncorrectable',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'retired_pages.pending',
] as const

const playerPath = fileURLToPath(new URL('./fake-nvidia-smi-player.ts', import.meta.url))

/**
 * Writes an executable `nvidia-smi` into `folder` (made when absent) that plays `spec`, and gives its path.
 * It starts as one plain Node process, without a loader.
 */
export function makeFakeNvidiaSmi(folder: string, spec: FakeSmi, name = 'nvidia-smi'): string {
  mkdirSync(folder, { recursive: true })
  const specPath = join(folder, `${name}.json`)
  const path = join(folder, name)
  writeFileSync(specPath, JSON.stringify({ fields: fakeFields550, ...spec }))
  const words = [process.execPath, '--disable-warning=ExperimentalWarning', playerPath, specPath].map(quoted).join(' ')
  writeFileSync(path, `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(path, 0o755)
  return path
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
