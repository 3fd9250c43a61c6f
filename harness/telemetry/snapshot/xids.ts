import type { SmiExec } from '../smi/exec.ts'

/** One Xid error of a card; `uuid` is null where its address is none of a card that nvidia-smi lists. */
export interface Xid {
  readonly uuid: string | null
  readonly code: number
}

/** The lines of the kernel's log about NVIDIA's Xid errors; null where it may not be read. */
export async function readXidLines(
  runProgram: (program: string, args: readonly string[]) => Promise<string | null>,
): Promise<readonly string[] | null> {
  const log = await runProgram('dmesg', [])
  return log?.split('\n').filter((line) => /NVRM: Xid/.test(line)) ?? null
}

/** PCI addresses of the cards in the form of the kernel's log, such as `0000:01:00`, to their UUIDs. */
export async function readBusIds(exec: SmiExec): Promise<ReadonlyMap<string, string>> {
  const result = await exec(['--query-gpu=pci.bus_id,uuid', '--format=csv,noheader'])
  if (result.kind === 'failed') return new Map()
  const cards = [...result.stdout.matchAll(/^0*([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2})\.[0-9a-f], (\S+)$/gim)]
  return new Map(cards.map(([, busId = '', uuid = '']) => [busId.toLowerCase(), uuid]))
}

/** The Xid errors in the lines that came since an earlier reading; null where either reading failed. Each line has its time. */
export function xidsSince(
  before: readonly string[] | null,
  after: readonly string[] | null,
  busIds: ReadonlyMap<string, string>,
): Xid[] | null {
  if (before === null || after === null) return null
  const old = new Set(before)
  return after.filter((line) => !old.has(line)).flatMap((line) => xidIn(line, busIds))
}

/** Of the line only card and number: it names processes too, which do not belong into a record. */
function xidIn(line: string, busIds: ReadonlyMap<string, string>): Xid[] {
  const found = /NVRM: Xid \((?:PCI:)?([0-9a-fA-F:]+)[^)]*\): (\d+)/.exec(line)
  return found ? [{ uuid: busIds.get((found[1] as string).toLowerCase()) ?? null, code: Number(found[2]) }] : []
}
