import { cpus, hostname, release, totalmem, type } from 'node:os'
import type { RunRecord } from '../../record/schema/run.ts'

/** The machine that the harness runs on, as the operating system tells it. */
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
