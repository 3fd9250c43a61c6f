import { readdirSync, readFileSync } from 'node:fs'

/** Name of the variable that a run and everything that it starts inherit. */
export const MARK = 'JOULEMARK_BENCH_KILL'

/** The processes that inherited this mark and are alive, whoever their parent is now. Linux only. */
export function markedProcesses(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // the environment of a process that has ended and was not awaited is empty
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
      return environment.includes(`${MARK}=${mark}`) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}
