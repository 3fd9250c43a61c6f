import { cpus, hostname, release, totalmem, type } from 'node:os'
import type { RunRecord } from '../../record/schema/run.ts'

/** The machine on which the harness runs, as reported by the operating system. */
export function readHost(): RunRecord['host'] {
  const processors = cpus()
  return {
    hostname: hostname(),
    kernel: `${type()} ${release()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpuCount: processors.length,
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
  }
}
