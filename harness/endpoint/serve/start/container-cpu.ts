import { readFile } from 'node:fs/promises'
import { type EngineAt, inspected } from '../container.ts'

/**
 * Reads the CPU time of a container in microseconds, from the control group of its first process; null where there is no
 * such container yet, or where its group cannot be read (another machine's engine).
 */
export function containerCpu(name: string, at: EngineAt): () => Promise<number | null> {
  let file: string | null = null
  return async () => {
    file ??= await usageFile(name, at)
    if (file === null) return null
    const text = await readFile(file, 'utf8').catch(() => '')
    const usage = Number(/^(?:usage_usec )?(\d+)/m.exec(text)?.[1] ?? Number.NaN)
    if (!Number.isFinite(usage)) return null
    // version 1 counts nanoseconds
    return file.endsWith('cpuacct.usage') ? usage / 1000 : usage
  }
}

/** The file that counts the CPU time of a container, of either version of control groups. */
async function usageFile(name: string, at: EngineAt): Promise<string | null> {
  const pid = Number(await inspected(name, '{{.State.Pid}}', at))
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  const [, old] = /^\d+:(?:[^:]*,)?cpuacct(?:,[^:]*)?:(\/.+)$/m.exec(groups) ?? []
  if (old !== undefined) return `/sys/fs/cgroup/cpuacct${old}/cpuacct.usage`
  const [, unified] = /^0::(\/.+)$/m.exec(groups) ?? []
  return unified === undefined ? null : `/sys/fs/cgroup${unified}/cpu.stat`
}
