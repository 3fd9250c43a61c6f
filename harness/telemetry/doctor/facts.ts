import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { startSampler } from '../sampler/sampler.ts'
import type { StartLoop } from '../sampler/smi-loop.ts'
import { type LoopLimits, loopLimits } from '../sampler/watched-loop.ts'
import type { SmiExec, SmiResult } from '../smi/exec.ts'
import { parseHelpFields } from '../smi/fields.ts'
import { type ProcessList, readProcesses } from '../snapshot/processes.ts'
import { readSnapshot, type SnapshotResult } from '../snapshot/snapshot.ts'
import { readXidLines } from '../snapshot/xids.ts'

/** Reads a small file; null where it does not exist or is not readable. */
export type ReadText = (path: string) => Promise<string | null>
/** Runs a program of the operating system and returns its stdout; null where it is not installed or fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | null>

/** Everything that the checks evaluate, read once. */
export interface Facts {
  /** `nvidia-smi -L`: whether it is installed and works. */
  readonly listing: SmiResult
  /** How long the loop of this machine may print no row, derived from the duration of that call. */
  readonly loopLimits: LoopLimits
  /** `key: value` lines of `nvidia-smi --version`, keys in lower case; null on drivers without that option. */
  readonly versions: Readonly<Record<string, string>> | null
  /** Version of the loaded kernel module, from /proc. */
  readonly kernelModule: string | null
  readonly knownFields: ReadonlySet<string>
  readonly snapshot: SnapshotResult
  readonly processes: ProcessList
  /** Output about links between cards; null with fewer than two cards. */
  readonly links: { readonly topology: string; readonly peerToPeer: string; readonly nvlink: string } | null
  /** Time until the first row of the loop in ms, or why there was none. */
  readonly firstRow: { readonly ms: number } | { readonly reason: string }
  /** Whether the wall clock is synchronised, and the source; null where it is not reported. */
  readonly clockSync: { readonly synchronized: boolean; readonly by: string } | null
  /** Xid lines of the kernel log; null where it is not readable. */
  readonly xids: readonly string[] | null
}

export interface FactSources {
  readonly nvidiaSmi: string
  readonly clock: Clock
  readonly exec: SmiExec
  readonly readText: ReadText
  readonly runProgram: RunProgram
  readonly startLoop?: StartLoop
}

export async function gatherFacts(sources: FactSources): Promise<Facts> {
  const { exec, readText, clock } = sources
  const startedMs = clock.nowMs()
  const listing = await exec(['-L'])
  const limits = loopLimits(clock.nowMs() - startedMs)
  const host = {
    loopLimits: limits,
    kernelModule: kernelModuleIn(await readText('/proc/driver/nvidia/version')),
    clockSync: await readClockSync(sources),
    xids: await readXidLines(sources.runProgram),
  }
  if (listing.kind === 'failed') {
    const { reason } = listing
    const none = { versions: null, knownFields: new Set<string>(), links: null, firstRow: { reason } }
    return { ...host, ...none, listing, snapshot: { kind: 'failed', reason }, processes: { processes: null, reason } }
  }
  const version = await exec(['--version'])
  const help = await exec(['--help-query-gpu'])
  const knownFields = help.kind === 'ok' ? parseHelpFields(help.stdout) : new Set<string>()
  const snapshot = await readSnapshot(exec, knownFields)
  const processes = await readProcesses(exec)
  const isSeveral = snapshot.kind === 'ok' && snapshot.cards.length > 1
  const textOf = async (...args: string[]): Promise<string> => {
    const result = await exec(args)
    return result.kind === 'ok' ? result.stdout : result.reason
  }
  return {
    ...host,
    listing,
    versions: version.kind === 'ok' ? parseVersions(version.stdout) : null,
    knownFields,
    snapshot,
    processes,
    links: isSeveral
      ? {
          topology: await textOf('topo', '-m'),
          peerToPeer: await textOf('topo', '-p2p', 'r'),
          nvlink: await textOf('nvlink', '-s'),
        }
      : null,
    firstRow: await timeFirstRow(sources, limits),
  }
}

/** Lines such as `NVIDIA-SMI version  : 590.48.01` as key and value. */
export function parseVersions(text: string): Record<string, string> | null {
  const pairs = [...text.matchAll(/^([A-Za-z][\w -]*?)\s*:\s*(\S+)\s*$/gm)].map(
    ([, key = '', value = '']) => [key.toLowerCase(), value] as const,
  )
  return pairs.length > 0 ? Object.fromEntries(pairs) : null
}

/** The version in /proc/driver/nvidia/version, of the open module or the closed one. */
export function kernelModuleIn(text: string | null): string | null {
  return /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(text ?? '')?.[1] ?? null
}

async function timeFirstRow(sources: FactSources, limits: LoopLimits): Promise<Facts['firstRow']> {
  const { nvidiaSmi, clock, exec, startLoop } = sources
  const startedMs = clock.nowMs()
  try {
    const sampler = await startSampler({
      nvidiaSmi,
      clock,
      originMs: startedMs,
      onRow: () => {},
      exec,
      limits,
      ...(startLoop ? { startLoop } : {}),
    })
    const ms = clock.nowMs() - startedMs
    await sampler.stop()
    return { ms }
  } catch (error) {
    return { reason: messageOf(error) }
  }
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

export const readTextFile: ReadText = async (path) => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

export const runSystemProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' }
    execFile(program, [...args], { env, timeout: 5000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) =>
      resolve(error ? null : stdout),
    )
  })
