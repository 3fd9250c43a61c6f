import type { SmiExec } from '../smi/exec.ts'
import { isCardUuid, parseSmiNumber } from '../smi/values.ts'

/** One process with a compute context on a card. */
export interface GpuProcess {
  readonly uuid: string
  readonly pid: number
  readonly name: string
  readonly usedMiB: number | null
}

/** Compute processes of all cards; null with a reason where the driver does not report them. */
export type ProcessList =
  | { readonly processes: readonly GpuProcess[] }
  | { readonly processes: null; readonly reason: string }

/**
 * Lists compute processes. Read once before and once after a run, never in the loop: it takes milliseconds per card. In a
 * container without the host's PID namespace the list is empty although the card is in use.
 */
export async function readProcesses(exec: SmiExec): Promise<ProcessList> {
  const query = '--query-compute-apps=gpu_uuid,pid,process_name,used_gpu_memory'
  const result = await exec([query, '--format=csv,noheader,nounits'])
  return result.kind === 'ok'
    ? { processes: parseProcesses(result.stdout) }
    : { processes: null, reason: result.reason }
}

/** Rows of `gpu_uuid, pid, process_name, used_gpu_memory`; a name may contain commas, so it ends at the last cell. */
export function parseProcesses(csv: string): GpuProcess[] {
  return csv.split(/\r?\n/).flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    const [uuid = '', pid = ''] = cells
    if (cells.length < 4 || !isCardUuid(uuid) || !/^\d{1,10}$/.test(pid)) return []
    const name = cells.slice(2, -1).join(', ')
    return [{ uuid, pid: Number(pid), name, usedMiB: parseSmiNumber(cells.at(-1)).value }]
  })
}
