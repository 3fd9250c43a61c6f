import type { SmiExec } from '../smi/exec.ts'
import { type SmiFailure, smiFailure } from '../smi/failures.ts'
import { namelessCards } from '../smi/rows.ts'
import { isCardUuid } from '../smi/values.ts'

/** The cards that nvidia-smi can read. */
export interface ListedCards {
  /** nvidia-smi's own number of each card, by UUID. */
  readonly indices: ReadonlyMap<string, number>
  /** UUIDs to name with `-i` in every query, because one over all cards fails; null where all cards can be read. */
  readonly only: readonly string[] | null
  /** One line for each card that cannot be read, and what else nvidia-smi reported. */
  readonly warnings: readonly string[]
}

/** Why no card could be listed. */
export interface NoCards {
  readonly reason: string
  /** There is no such program. */
  readonly absent: boolean
  readonly failure: SmiFailure
}

const query = ['--query-gpu=index,uuid', '--format=csv,noheader'] as const
/** No server has more cards; nvidia-smi says itself where its numbers end. */
const MOST_CARDS = 16

/**
 * Lists the cards. Where a query over all of them fails, because one is lost or not permitted, each card is queried
 * alone, by the UUIDs of `-L`, or by its number where that fails too: those that answer can be measured, the others
 * are named.
 */
export async function listCards(exec: SmiExec): Promise<ListedCards | NoCards> {
  const listing = await exec(['-L'])
  if (listing.kind === 'failed' && listing.absent) return noCards(listing)
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
  const failure = noCards(listing.kind === 'failed' ? listing : all)
  if (listing.kind === 'failed' && !isAboutOneCard(listing)) return failure
  const alone = listing.kind === 'ok' ? await eachOf(exec, cardsIn(listing.stdout)) : await eachNumber(exec)
  const { indices, warnings } = alone
  return indices.size === 0
    ? failure
    : { indices, only: [...indices.keys()], warnings: unique([...named, ...warnings]) }
}

/** The same calls, about these cards only: for a machine on which a query over all cards fails. */
export function aboutCards(exec: SmiExec, only: readonly string[] | null): SmiExec {
  if (only === null) return exec
  const isQuery = (args: readonly string[]) => args[0]?.startsWith('--query-') || args[0] === '-q'
  return (args) => exec(isQuery(args) && !args.includes('-i') ? [...args, '-i', only.join(',')] : args)
}

/** Whether the failure of a call over all cards is that of one of them. */
const isAboutOneCard = ({ fault, said }: SmiFailure): boolean =>
  fault === 'gpu-lost' || fault === 'requires-reset' || /device handle/i.test(said)

const noCards = (result: SmiFailure & { readonly absent: boolean }): NoCards => ({
  reason: result.reason,
  absent: result.absent,
  failure: smiFailure(result.fault, result.said, result.fix),
})

type Alone = Pick<ListedCards, 'indices' | 'warnings'>

async function eachOf(exec: SmiExec, cards: readonly { index: number; uuid: string }[]): Promise<Alone> {
  const indices = new Map<string, number>()
  const warnings: string[] = []
  for (const { index, uuid } of cards) {
    const one = await exec([...query, '-i', uuid])
    if (one.kind === 'ok') indices.set(uuid, index)
    else warnings.push(`GPU ${index} cannot be read: ${one.reason}`)
  }
  return { indices, warnings }
}

async function eachNumber(exec: SmiExec): Promise<Alone> {
  const indices = new Map<string, number>()
  const warnings: string[] = []
  for (let index = 0; index < MOST_CARDS; index += 1) {
    const one = await exec([...query, '-i', String(index)])
    if (one.kind === 'ok') for (const [uuid, number] of indicesOf(one.stdout)) indices.set(uuid, number)
    else if (one.fault === 'no-devices') break
    else warnings.push(`GPU ${index} cannot be read: ${one.reason}`)
  }
  return { indices, warnings }
}

function indicesOf(csv: string): Map<string, number> {
  const pairs = csv.split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
  return new Map(
    pairs.flatMap(([index, uuid]) => (uuid && /^\d{1,4}$/.test(index ?? '') ? [[uuid, Number(index)] as const] : [])),
  )
}

const cardsIn = (listing: string): { index: number; uuid: string }[] =>
  [...listing.matchAll(/^GPU (\d{1,4}): .*\(UUID: ([^)]+)\)/gm)].flatMap(([, index, uuid = '']) =>
    isCardUuid(uuid) ? [{ index: Number(index), uuid }] : [],
  )

const unique = (lines: readonly string[]): string[] => [...new Set(lines)]
