import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { GpuRow } from '../../record/rows.ts'
import type { RunProgram } from '../../telemetry/host/read-host.ts'
import { type Sampler, startSampler } from '../../telemetry/sampler/sampler.ts'
import { runNvidiaSmi, type SmiExec } from '../../telemetry/smi/exec.ts'
import { parseHelpFields } from '../../telemetry/smi/fields.ts'
import { readBusIds, readXidLines, xidsSince } from '../../telemetry/snapshot/xids.ts'
import { readCards } from './read-cards.ts'
import type { CardReading } from './tally.ts'

/** What a watch tells of the cards. */
export interface WatchEvents {
  readonly onRow: (row: GpuRow) => void
  readonly onReading: (reading: CardReading, isFirst: boolean) => void
  /** An Xid; `uuid` is null where its card is not known. */
  readonly onXid: (uuid: string | null, code: number) => void
  /** Why the kernel log cannot be read. */
  readonly onNoKernelLog: (reason: string) => void
  readonly say: (line: string) => void
}

export interface WatchOptions extends WatchEvents {
  readonly nvidiaSmi: string
  readonly uuids: readonly string[]
  readonly clock: Clock
  readonly originMs: number
  /** Time between two samples of a card; `SAMPLE_EVERY_MS` unless given. */
  readonly sampleEveryMs?: number
  /** Time between two looks at counters, links and the kernel log. */
  readonly everyMs?: number
  readonly runProgram: RunProgram
}

export interface SoakWatch {
  /** Looks at counters, links and the kernel log now. */
  look(): Promise<void>
  /** Looks once more and stops. Never rejects. */
  stop(): Promise<void>
}

const SAMPLE_EVERY_MS = 1000
const LOOK_EVERY_MS = 30_000
const NO_KERNEL_LOG = 'dmesg cannot be read: run as root, or set kernel.dmesg_restrict to 0'

/**
 * Watches the cards of a soak: one nvidia-smi that samples each card every second, so that a card that is lost does not
 * hide the others, and every half minute a look at error counters, links and the kernel log.
 */
export async function watchCards(options: WatchOptions): Promise<SoakWatch> {
  const { nvidiaSmi, uuids, clock, originMs, onRow, say, runProgram } = options
  const exec: SmiExec = (args) => runNvidiaSmi(nvidiaSmi, args)
  const help = await exec(['--help-query-gpu'])
  const known = help.kind === 'ok' ? parseHelpFields(help.stdout) : new Set<string>()
  const busIds = await readBusIds(exec)
  let lines = await readXidLines(runProgram)
  if (lines === null) options.onNoKernelLog(NO_KERNEL_LOG)
  const stopping = new AbortController()
  const samplers = await Promise.all(
    uuids.map((uuid) =>
      startSampler({
        nvidiaSmi,
        uuids: [uuid],
        intervalMs: options.sampleEveryMs ?? SAMPLE_EVERY_MS,
        clock,
        originMs,
        onRow,
        exec,
      }).catch((error: unknown): Sampler | null => {
        say(`GPU ${uuid} is not sampled: ${messageOf(error)}`)
        return null
      }),
    ),
  )
  let isFirst = true
  const look = async (): Promise<void> => {
    const found = await readCards(exec, known, uuids)
    if ('reason' in found) say(`nvidia-smi: ${found.reason}`)
    else {
      for (const reading of found) options.onReading(reading, isFirst)
      isFirst = false
    }
    const now = await readXidLines(runProgram)
    for (const { uuid, code } of xidsSince(lines, now, busIds) ?? []) options.onXid(uuid, code)
    lines = now ?? lines
  }
  await look()
  const looking = (async () => {
    while (await sleepUnlessAborted(clock, options.everyMs ?? LOOK_EVERY_MS, stopping.signal)) await look()
  })()
  return {
    look,
    stop: async () => {
      stopping.abort()
      await looking
      await look()
      await Promise.all(samplers.map((sampler) => sampler?.stop()))
    },
  }
}
