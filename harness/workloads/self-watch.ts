import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { ClientStats } from '../load/protocol.ts'

const RESOLUTION_MS = 10

/** Measures this thread over a phase: event-loop delay and CPU time. */
export function watchSelf(
  clock: Clock,
): (counts: Pick<ClientStats, 'lateSends' | 'dropped' | 'noSocket' | 'replaced'>) => ClientStats {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const cpu = process.threadCpuUsage()
  const fromMs = clock.nowMs()
  loop.enable()
  return (counts) => {
    loop.disable()
    const used = process.threadCpuUsage(cpu)
    return {
      eventLoopDelayP99Ms: loop.count > 0 ? Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS) : null,
      cpuMs: (used.user + used.system) / 1000,
      wallMs: clock.nowMs() - fromMs,
      contentEvents: 0,
      sharedStamps: 0,
      ...counts,
    }
  }
}
