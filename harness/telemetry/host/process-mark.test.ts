import { describe, expect, test } from 'vitest'
import { fateOfWriter, ownMark, type ProcessFiles } from './process-mark.ts'

/** A line of /proc/PID/stat as a kernel writes it; the name holds what a careless reader splits at. */
const stat = (pid: number, state: string, startTicks: number): string =>
  `${pid} (node (x) 7) ${state} 1 ${pid} ${pid} 0 -1 4194560 100 0 0 0 10 5 0 0 20 0 11 0 ${startTicks} 1234 56\n`

interface Machine {
  readonly hostname?: string
  readonly bootId?: string | null
  readonly namespace?: string
  readonly processes?: Readonly<Record<number, string>>
  readonly withoutProc?: boolean
}

/** A machine as its files show it; the process that looks has the id 900. */
function machine({
  hostname = 'gpu-7',
  bootId = 'boot-1',
  namespace = 'pid:[1]',
  ...rest
}: Machine = {}): ProcessFiles {
  const processes: Record<string, string> = { self: stat(900, 'R', 5000), 900: stat(900, 'R', 5000), ...rest.processes }
  return {
    readText: (path) => {
      if (rest.withoutProc) return null
      if (path.endsWith('boot_id')) return bootId === null ? null : `${bootId}\n`
      return processes[path.split('/')[2] ?? ''] ?? null
    },
    link: () => (rest.withoutProc ? null : namespace),
    hostname: () => hostname,
    exists: (pid) => Object.hasOwn(processes, pid),
  }
}

const host = { hostname: 'gpu-7', kernel: '', cpu: '', cpuCount: 1, memoryGiB: 1 }
const writer = machine({ processes: { 41: stat(41, 'S', 777) } })
const record = { process: ownMark(41, writer), host }

test('the mark of a process is its id, its start and its machine', () => {
  expect(record.process).toEqual({ pid: 41, startTicks: 777, bootId: 'boot-1', pidNamespace: 'pid:[1]' })
})

test('the mark of this very process says that it runs', () => {
  const { pid, startTicks } = ownMark()
  expect(pid).toBe(process.pid)
  if (process.platform === 'linux') expect(startTicks).toBeGreaterThan(0)
})

describe('the process of a record', () => {
  test.each([
    ['runs', {}, { 41: stat(41, 'S', 777) }, 'running', 'its process 41 runs'],
    ['has ended', {}, {}, 'abandoned', 'its process 41 has ended'],
    ['has ended, and its parent did not ask', {}, { 41: stat(41, 'Z', 777) }, 'abandoned', 'its process 41 has ended'],
    [
      'has ended, and its id was given to another one',
      {},
      { 41: stat(41, 'S', 778) },
      'abandoned',
      'its process 41 has ended; another process has that id now',
    ],
    ['was on this machine before a restart', { bootId: 'boot-2' }, {}, 'abandoned', 'gpu-7 was restarted since'],
    ['is on another machine', { hostname: 'desk', bootId: 'boot-9' }, {}, 'unknown', 'on gpu-7'],
    ['is in a container', { namespace: 'pid:[2]' }, {}, 'unknown', 'in another container of gpu-7'],
    [
      'is in a container with a host name of its own',
      { hostname: 'f00d', namespace: 'pid:[2]' },
      {},
      'unknown',
      'in another container of gpu-7',
    ],
  ] as const)('%s', (_, where, processes, state, reason) => {
    expect(fateOfWriter(record, machine({ ...where, processes }))).toEqual({ state, reason })
  })

  test('is not known where the record has none', () => {
    expect(fateOfWriter({ host }, machine())).toEqual({ state: 'unknown', reason: 'on gpu-7' })
  })

  test('is known by its id alone without /proc', () => {
    const there = machine({ withoutProc: true, processes: { 41: 'there' } })
    const marked = { process: ownMark(41, there), host }
    expect(marked.process).toEqual({ pid: 41, startTicks: null, bootId: null, pidNamespace: null })
    expect(fateOfWriter(marked, there).state).toBe('running')
    expect(fateOfWriter(marked, machine({ withoutProc: true })).state).toBe('abandoned')
  })
})
