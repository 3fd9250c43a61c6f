import { plainText } from '../../plain-text.ts'
import type { SlurmBlock } from '../../scenario/fleet/engine-schemas.ts'
import type { EngineBox, FleetEngine } from '../engine.ts'
import { type CallSlurm, required } from './calls.ts'

/**
 * Nodes as `sinfo` prints them. Its text is asked for, not its JSON: names of these fields have been the same since Slurm 14,
 * while the JSON of nodes changed its shape in 23.02 and in 23.11. The reason is last because it may hold anything.
 */
const NODE_FORMAT = '%N|%T|%G|%E'

/**
 * States in which a node takes no job; those that are merely busy do not count. One that does not respond yet (`idle*`, `unknown`:
 * seconds after it was resumed, or after a restart of the controller) does: its job waits, and is given up if the node goes down.
 */
const closed = ['drained', 'draining', 'down', 'fail', 'failing', 'error', 'inval', 'future', 'perfctrs'] as const

/** States of `%T` end in flags: `*` does not respond, `~` is powered off, `$` is in maintenance, and others. */
const STATE = /^([a-z_]+)([*~#!%$@^-]*)$/

/** The nodes of these names from the text of `sinfo`; a name that is not there is unknown to Slurm. Pure. */
export function nodesOf(text: string, names: readonly string[]): EngineBox[] {
  const rows = new Map(
    text.split('\n').flatMap((line) => {
      const [name, state, gres, ...reason] = line.split('|')
      return name && state !== undefined && gres !== undefined
        ? [[name, { state, gres, reason: reason.join('|') }] as const]
        : []
    }),
  )
  return [...new Set(names)].map((name) => {
    const row = rows.get(name)
    if (row === undefined)
      return { name, usable: false, reason: 'not a node of this Slurm, or not in the partition', gpus: null }
    const why = closedBecause(row.state, row.reason)
    return { name, usable: why === null, reason: why, gpus: gpusOf(row.gres) }
  })
}

function closedBecause(state: string, reason: string): string | null {
  const [, base = state] = STATE.exec(state) ?? []
  if (!closed.some((each) => each === base)) return null
  const stated = plainText(reason).trim()
  return stated === '' || stated === 'none' ? base : `${base}: ${stated}`
}

/** GPUs of generic resources such as `gpu:a100:8(S:0-1),nvme:2`; null where none are configured. */
function gpusOf(gres: string): number | null {
  const counts = [...gres.matchAll(/(?:^|,)gpu(?::[^:,()]+)*?:(\d+)/g)].map(([, count]) => Number(count))
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0)
}

/** Asks Slurm for nodes. Throws `environment` where it does not answer. */
export const nodesOfSlurm =
  (block: SlurmBlock, call: CallSlurm): FleetEngine['boxes'] =>
  async (names, signal) => {
    const partition = block.partition === undefined ? [] : ['-p', block.partition]
    const args = ['-N', '-h', '-a', ...partition, '-n', names.join(','), '-o', NODE_FORMAT]
    return nodesOf(await required(call, 'sinfo', args, { signal }), names)
  }
