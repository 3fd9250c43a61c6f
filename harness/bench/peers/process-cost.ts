import { readdirSync, readFileSync } from 'node:fs'

/** CPU time and memory of all processes of one tool. */
export interface ProcessCost {
  readonly cpuMs: number
  /** Highest sum of the memory that its processes had at one time; shared pages count once (PSS). */
  readonly peakMb: number
  /** CPU time of everything else on this machine: neither the tool, nor its exact servers, nor this benchmark. */
  readonly otherCpuMs: number
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
  let serverCpuMs = 0
  let peakMb = 0
  const before = { busyMs: busyMs(), own: process.cpuUsage() }
  const sample = () => {
    let ticks = 0
    let serverTicks = 0
    let mb = 0
    for (const pid of readdirSync('/proc')) {
      const process = /^\d+$/.test(pid) ? readProcess(pid, leaderPid) : null
      if (process === null) continue
      if (process.isServer) serverTicks += process.ticks
      else ticks += process.ticks
      mb += process.mb
    }
    // a process that ended is in the times of its parent from then on, if the parent awaited it
    cpuMs = Math.max(cpuMs, ticks * TICK_MS)
    serverCpuMs = Math.max(serverCpuMs, serverTicks * TICK_MS)
    peakMb = Math.max(peakMb, mb)
  }
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      const own = process.cpuUsage(before.own)
      const countedMs = cpuMs + serverCpuMs + (own.user + own.system) / 1000
      return { cpuMs, peakMb, otherCpuMs: Math.max(0, busyMs() - before.busyMs - countedMs) }
    },
  }
}

/** CPU time that this machine has used since its start: user, nice, system, interrupts. */
function busyMs(): number {
  const [total = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = total.split(/\s+/).map(Number)
  return (user + nice + system + irq + softirq) * TICK_MS
}

interface ProcessReading {
  readonly ticks: number
  readonly mb: number
  readonly isServer: boolean
}

/** One process of the tool or an exact server, or null if it is neither or has just ended. */
function readProcess(pid: string, session: number): ProcessReading | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the name in brackets may hold spaces; the state follows it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    const isServer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('loopback/server.ts')
    if (isServer) return { ticks, mb: 0, isServer }
    if (Number(fields[3]) !== session) return null
    const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    return { ticks, mb: Number(pss ?? 0) / 1000, isServer }
  } catch {
    return null
  }
}
