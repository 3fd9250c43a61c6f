import type { SmiExec } from '../smi/exec.ts'
import { namelessCards } from '../smi/rows.ts'

/** The cards that nvidia-smi can read. */
export interface ListedCards {
  /** nvidia-smi's own number of each card, by UUID. */
  readonly indices: ReadonlyMap<string, number>
  /** UUIDs to name with `-i` in every query, because one over all cards fails; null where all cards can be read. */
  readonly only: readonly string[] | null
  /** One line for each card that cannot be read, and what else nvidia-smi reported. */
  readonly warnings: readonly string[]
}

/** Why no card could be listed. `absent`: there is no such program. */
export interface NoCards {
  readonly reason: string
  readonly absent: boolean
}

const query = ['--query-gpu=index,uuid', '--format=csv,noheader'] as const

/**
 * Lists the cards. Where a query over all of them fails, because one is lost or not permitted, each card of `-L` is queried
 * alone: those that answer can be measured, the others are named.
 */
export async function listCards(exec: SmiExec): Promise<ListedCards | NoCards> {
  const listing = await exec(['-L'])
  if (listing.kind === 'failed' && listing.absent) return { reason: listing.reason, absent: true }
  const named = listing.kind === 'ok' && listing.warning !== undefined ? [listing.warning] : []
  const all = await exec(query)
  if (all.kind === 'ok') {
    const lost = namelessCards(all.stdout, ['index', 'uuid'])
    return {
      indices: indicesOf(all.stdout),
      only: null,
      warnings: unique([...named, ...lost, all.warning ?? []].flat()),
    }
  }
  const failure = { reason: listing.kind === 'failed' ? listing.reason : all.reason, absent: false }
  if (listing.kind === 'failed') return failure
  const indices = new Map<string, number>()
  const warnings = [...named]
  for (const { index, uuid } of cardsIn(listing.stdout)) {
    const one = await exec([...query, '-i', uuid])
    if (one.kind === 'ok') indices.set(uuid, index)
    else warnings.push(`GPU ${index} cannot be read: ${one.reason}`)
  }
  return indices.size === 0 ? failure : { indices, only: [...indices.keys()], warnings: unique(warnings) }
}

/** The same calls, about these cards only: for a machine on which a query over all cards fails. */
export function aboutCards(exec: SmiExec, only: readonly string[] | null): SmiExec {
  if (only === null) return exec
  const isQuery = (args: readonly string[]) => args[0]?.startsWith('--query-') || args[0] === '-q'
  return (args) => exec(isQuery(args) && !args.includes('-i') ? [...args, '-i', only.join(',')] : args)
}

function indicesOf(csv: string): Map<string, number> {
  const pairs = csv.split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
  return new Map(
    pairs.flatMap(([index, uuid]) => (uuid && /^\d+$/.test(index ?? '') ? [[uuid, Number(index)] as const] : [])),
  )
}

const cardsIn = (listing: string): { index: number; uuid: string }[] =>
  [...listing.matchAll(/^GPU (\d+): .*\(UUID: (GPU-[^)]+)\)/gm)].map(([, index, uuid = '']) => ({
    index: Number(index),
    uuid,
  }))

const unique = (lines: readonly string[]): string[] => [...new Set(lines)]
