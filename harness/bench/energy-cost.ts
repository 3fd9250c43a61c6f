import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { startSampler } from '../telemetry/sampler/sampler.ts'
import { makeFakeNvidiaSmi } from '../testing/fake-nvidia-smi.ts'

/** Processor time of one process over a span, as a share of one core. */
async function shareOfCore(seconds: number): Promise<number> {
  const before = process.cpuUsage()
  const startedMs = performance.now()
  await systemClock.sleep(seconds * 1000)
  const used = process.cpuUsage(before)
  return (used.user + used.system) / 1000 / (performance.now() - startedMs)
}

/**
 * CPU of this process for sampling one card at 200 ms, as a share of one core: while sampling a fake nvidia-smi, and while
 * idle. The CPU time of nvidia-smi itself is not included.
 */
export async function samplingCost(seconds: number): Promise<{ sampling: number; idle: number; rows: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-bench-'))
  const values = { uuid: 'GPU-bench', 'power.draw': '246.10', 'memory.used': '10251', 'utilization.gpu': '97' }
  const nvidiaSmi = makeFakeNvidiaSmi(folder, { gpus: [{ values }] })
  try {
    let rows = 0
    const onRow = () => {
      rows += 1
    }
    const sampler = await startSampler({
      nvidiaSmi,
      intervalMs: 200,
      clock: systemClock,
      originMs: systemClock.nowMs(),
      onRow,
    })
    // The first second compiles the parser; a run is minutes long.
    await systemClock.sleep(1500)
    const counted = rows
    const sampling = await shareOfCore(seconds)
    const seen = rows - counted
    await sampler.stop()
    const idle = await shareOfCore(Math.min(3, seconds))
    return { sampling, idle, rows: seen }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
