import type { Clock } from '../../clock.ts'
import type { ReadText, RunProgram } from '../host/read-host.ts'
import { readSurroundings, type Surroundings } from '../host/surroundings.ts'
import { aboutCards, listCards } from '../inventory/list-cards.ts'
import type { StartLoop } from '../sampler/smi-loop.ts'
import { type LoopLimits, loopLimits } from '../sampler/watched-loop.ts'
import type { SmiExec, SmiResult } from '../smi/exec.ts'
import { reportsCorruptInforom, type SmiFailure } from '../smi/failures.ts'
import { parseHelpFields } from '../smi/fields.ts'
import { type ProcessList, readProcesses } from '../snapshot/processes.ts'
import { readSnapshot, type SnapshotResult } from '../snapshot/snapshot.ts'
import { type FirstRows, readFirstRows } from './first-rows.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** Everything that the checks evaluate, read once. */
export interface Facts {
  /** The answer to `nvidia-smi -L`. */
  readonly listing: SmiResult
  /** Why no card can be listed at all; null where some can. */
  readonly failure: SmiFailure | null
  /** Cards that cannot be read, and what else nvidia-smi reported besides its rows. */
  readonly troubles: readonly Trouble[]
  /** UUIDs to name in every query: of the cards that were asked for, or because one over all cards fails; null for all. */
  readonly only: readonly string[] | null
  /** How long the loop of this machine may print no row, derived from the duration of a call. */
  readonly loopLimits: LoopLimits
  /** `key: value` lines of `nvidia-smi --version`, keys in lower case; null on drivers without that option. */
  readonly versions: Readonly<Record<string, string>> | null
  readonly surroundings: Surroundings
  readonly knownFields: ReadonlySet<string>
  readonly snapshot: SnapshotResult
  readonly processes: ProcessList
  /** What the bare table says of corrupt infoROMs; null where it was not needed or cannot be read. */
  readonly corruptInforoms: readonly string[] | null
  /** Output about links between cards; null with fewer than two cards. */
  readonly links: { readonly topology: string; readonly peerToPeer: string; readonly nvlink: string } | null
  readonly firstRows: FirstRows
  /** Whether the wall clock is synchronised, and the source; null where it is not reported. */
  readonly clockSync: { readonly synchronized: boolean; readonly by: string } | null
  /** Xid lines of the kernel log; null where it is not readable. */
  readonly xids: readonly string[] | null
}

export interface FactSources {
  readonly nvidiaSmi: string
  readonly clock: Clock
  /** The cards to read; every card of the machine unless given. */
  readonly uuids?: readonly string[]
  readonly exec: SmiExec
  readonly readText: ReadText
  readonly runProgram: RunProgram
  readonly startLoop?: StartLoop
}

export async function gatherFacts(sources: FactSources): Promise<Facts> {
  const { clock, readText, runProgram } = sources
  const startedMs = clock.nowMs()
  const listing = await sources.exec(['-L'])
  const limits = loopLimits(clock.nowMs() - startedMs)
  const surroundings = await readSurroundings(readText, runProgram)
  const host = {
    listing,
    surroundings,
    loopLimits: limits,
    clockSync: await readClockSync(sources),
    xids: surroundings.kernelLog?.filter((line) => /NVRM: Xid/.test(line)) ?? null,
  }
  const listed = await listCards(async (args) => (args[0] === '-L' ? listing : sources.exec(args)))
  if ('reason' in listed && listing.kind === 'failed') return { ...host, ...nothing(listing.reason), failure: listing }
  const { only: readable, warnings } = 'reason' in listed ? { only: null, warnings: [] } : listed
  const only = chosenOf(sources.uuids, readable)
  const exec = aboutCards(sources.exec, only)
  const version = await exec(['--version'])
  const help = await exec(['--help-query-gpu'])
  const knownFields = help.kind === 'ok' ? parseHelpFields(help.stdout) : new Set<string>()
  const snapshot = await readSnapshot(exec, knownFields)
  const cards = snapshot.kind === 'ok' ? snapshot.cards : []
  const lines = [...warnings, ...(snapshot.kind === 'ok' ? snapshot.warnings : [])]
  return {
    ...host,
    failure: null,
    only,
    troubles: [...new Set(lines)].map((line) => troubleOf(line, surroundings)),
    versions: version.kind === 'ok' ? parseVersions(version.stdout) : null,
    knownFields,
    snapshot,
    processes: onCards(await readProcesses(exec), only),
    corruptInforoms: knownFields.has('inforom.checksum_validation') ? null : await readCorruptInforoms(exec),
    links: cards.length > 1 ? await readLinks(exec) : null,
    firstRows: await readFirstRows({ ...sources, exec, limits, only, uuids: cards.map(({ uuid }) => uuid) }),
  }
}

/** The chosen cards that can be read; where none can, all of them, so that the query says why. */
function chosenOf(chosen: readonly string[] | undefined, readable: Facts['only']): Facts['only'] {
  if (chosen === undefined || readable === null) return chosen ?? readable
  const both = chosen.filter((uuid) => readable.includes(uuid))
  return both.length > 0 ? both : chosen
}

/** The processes on some cards; those of other cards, of another user perhaps, are no matter of theirs. */
const onCards = (list: ProcessList, only: Facts['only']): ProcessList =>
  list.processes === null || only === null
    ? list
    : { processes: list.processes.filter(({ uuid }) => only.includes(uuid)) }

/** What is known of a machine on which nvidia-smi lists no card at all. */
const nothing = (reason: string) => ({
  troubles: [],
  only: null,
  versions: null,
  knownFields: new Set<string>(),
  snapshot: { kind: 'failed', reason } as const,
  processes: { processes: null, reason },
  corruptInforoms: null,
  links: null,
  firstRows: { reason },
})

async function readLinks(exec: SmiExec): Promise<Facts['links']> {
  const textOf = async (...args: string[]): Promise<string> => {
    const result = await exec(args)
    return result.kind === 'ok' ? result.stdout : result.reason
  }
  return {
    topology: await textOf('topo', '-m'),
    peerToPeer: await textOf('topo', '-p2p', 'r'),
    nvlink: await textOf('nvlink', '-s'),
  }
}

/** Drivers under 590 report a corrupt infoROM only in the bare table: by return code 14, or a warning after it. */
async function readCorruptInforoms(exec: SmiExec): Promise<readonly string[] | null> {
  const table = await exec([])
  if (table.kind === 'ok') return table.stdout.split(/\r?\n/).filter(reportsCorruptInforom)
  return table.fault === 'inforom-corrupt' ? [table.said] : null
}

/** Lines such as `NVIDIA-SMI version  : 590.48.01` as key and value. */
export function parseVersions(text: string): Record<string, string> | null {
  const pairs = [...text.matchAll(/^([A-Za-z][\w -]*?)\s*:\s*(\S+)\s*$/gm)].map(
    ([, key = '', value = '']) => [key.toLowerCase(), value] as const,
  )
  return pairs.length > 0 ? Object.fromEntries(pairs) : null
}

async function readClockSync({ runProgram, readText }: FactSources): Promise<Facts['clockSync']> {
  const answer = (await runProgram('timedatectl', ['show', '-p', 'NTPSynchronized', '--value']))?.trim()
  if (answer === 'yes' || answer === 'no') return { synchronized: answer === 'yes', by: 'timedatectl' }
  const chrony = await runProgram('chronyc', ['tracking'])
  const leap = /Leap status\s*:\s*(.+)/.exec(chrony ?? '')?.[1]?.trim()
  if (leap !== undefined) return { synchronized: leap === 'Normal', by: `chrony (${leap})` }
  const marker = await readText('/run/systemd/timesync/synchronized')
  return marker === null ? null : { synchronized: true, by: 'systemd-timesyncd' }
}
