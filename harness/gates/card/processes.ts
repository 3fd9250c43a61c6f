import { servingUuids } from '../../physics/serving-gpus.ts'
import type { CardsSnapshot } from '../../record/schema/telemetry.ts'
import { defineGate, everyKind, type GateResult, gateResult, notMeasured } from '../gate.ts'
import { failsAbove, isBeyond } from '../threshold.ts'
import { isDesktopName } from './server-processes.ts'
import { notWatched } from './watched.ts'

const processes = failsAbove({
  what: 'processes per GPU, if the process of the server is not known',
  value: 1,
  unit: '',
})

/** Another process takes time, memory and power from the server, and its energy counts as the server's. */
export const gpuExclusive = defineGate({
  question: 'Did the server have the GPU to itself?',
  kinds: everyKind,
  required: false,
  thresholds: { processes },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'nvidia-smi lists the compute processes on each serving GPU before and after the run. A desktop, known by the names of its processes, warns; any other process fails. An empty list proves nothing: inside a container nvidia-smi does not list processes outside it.',
  evidence: 'Name and process id of each process.',
  usualCauses:
    'A second server or a notebook left running; a monitoring agent that computes on the GPU; a desktop session; a container of another user.',
  whatToDo:
    'Stop the other processes; log out of the desktop, or stop its display manager. In a container, run joulemark on the host, or share the process namespace of the host (`--pid host`).',
  evaluate: (record) =>
    record.telemetry
      ? checkProcesses([record.telemetry.before, record.telemetry.after].map(processesIn), servingUuids(record.gpus))
      : notWatched(record),
})

const processesIn = ({ processes: list, processesReason }: CardsSnapshot): ProcessList => ({
  processes: list,
  ...(processesReason === undefined ? {} : { reason: processesReason }),
})

/** The compute processes on the cards at one moment; null if they cannot be listed. */
export interface ProcessList {
  readonly processes: readonly { readonly uuid: string; readonly pid: number; readonly name: string }[] | null
  readonly reason?: string
}

/**
 * Fails when a process besides the server used a serving GPU. The server's processes are known only if the
 * harness started it (`serverPids`); otherwise one process per card is assumed to be the server's.
 */
export function checkProcesses(
  lists: readonly ProcessList[],
  servingGpuUuids: readonly string[],
  serverPids: readonly number[] = [],
): GateResult<'pass' | 'warn' | 'fail' | 'not-measured'> {
  const unread = lists.find((list) => list.processes === null)
  if (lists.length === 0) return notMeasured('processes were not listed')
  if (unread) return notMeasured(`processes cannot be listed: ${unread.reason ?? 'nvidia-smi does not report them'}`)
  const byPid = new Map<number, { uuid: string; pid: number; name: string }>()
  for (const process of lists.flatMap((list) => list.processes ?? [])) {
    if (servingGpuUuids.includes(process.uuid)) byPid.set(process.pid, process)
  }
  const found = [...byPid.values()]
  if (found.length === 0) return notMeasured(noneListed(lists.flatMap((list) => list.processes ?? [])))
  const desktop = found.filter(({ name }) => isDesktopName(name))
  const others = servingGpuUuids.flatMap((uuid) => {
    const onCard = found.filter((process) => process.uuid === uuid && !desktop.includes(process))
    if (serverPids.length > 0) return onCard.filter(({ pid }) => !serverPids.includes(pid))
    return isBeyond(processes, onCard.length) ? onCard : []
  })
  if (others.length > 0) return gateResult('fail', `processes other than the server used the GPU: ${textOf(others)}`)
  if (desktop.length > 0) return gateResult('warn', `a desktop used the GPU too: ${textOf(desktop)}`)
  return gateResult('pass', `one process per GPU: ${textOf(found)}`)
}

const textOf = (processes: readonly { readonly pid: number; readonly name: string }[]): string =>
  processes.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')

/** Why an empty list of a serving GPU is no evidence; processes on other GPUs show that the list itself works. */
function noneListed(
  elsewhere: readonly { readonly uuid: string; readonly pid: number; readonly name: string }[],
): string {
  const [other] = elsewhere
  return other === undefined
    ? 'nvidia-smi lists no process, not even the server: processes of other containers are hidden'
    : `nvidia-smi lists no process on a serving GPU; ${other.name} (pid ${other.pid}) is on ${other.uuid}`
}
