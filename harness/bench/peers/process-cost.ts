import { readdirSync, readFileSync } from 'node:fs'

/** CPU time and memory of all processes of one tool. */
export interface ProcessCost {
  readonly cpuMs: number
  /** Highest sum of the memory that its processes had at one time; shared pages count once (PSS). */
  readonly peakMb: number
}

const SAMPLE_EVERY_MS = 250
/** Clock ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10

/**
 * Watches the processes of a session (the leader and all of its descendants) until `stop`. The exact server that a
 * calibration starts is no part of the client and is not counted. Linux only.
 */
export function watchSession(leaderPid: number): { stop(): ProcessCost } {
  let cpuMs = 0
  let peakMb = 0
  const sample = () => {
    let ticks = 0
    let mb = 0
    for (const pid of readdirSync('/proc')) {
      const process = /^\d+$/.test(pid) ? readProcess(pid, leaderPid) : null
      if (process === null) continue
      ticks += process.ticks
      mb += process.mb
    }
    // a process that ended is in the times of its parent from then on, if the parent awaited it
    cpuMs = Math.max(cpuMs, ticks * TICK_MS)
    peakMb = Math.max(peakMb, mb)
  }
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      return { cpuMs, peakMb }
    },
  }
}

/** One process, or null if it is of another session or has just ended. */
function readProcess(pid: string, session: number): { readonly ticks: number; readonly mb: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the name in brackets may hold spaces; the state follows it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[3]) !== session) return null
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('loopback/server.ts')) return null
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    return { ticks, mb: Number(pss ?? 0) / 1000 }
  } catch {
    return null
  }
}
