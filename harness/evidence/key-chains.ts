import { counted } from '../units.ts'
import type { Problem } from './check-files.ts'
import type { Seal } from './check-seal.ts'

/** Places from the first to the last, both included. */
export interface Places {
  readonly first: number
  readonly last: number
}

/** The runs of one chain in a collection, by their places. */
export interface KeyChain {
  /** Hexadecimal public key of the chain. */
  readonly publicKey: string
  readonly id: string
  /** Places whose runs are here, ascending. */
  readonly here: readonly Places[]
  /** Places before the last one here whose runs are not here, ascending. */
  readonly missing: readonly Places[]
  /** Records that contradict each other: a chain that was only added to has none. */
  readonly problems: readonly Problem[]
}

/** The chains of the keys that signed these runs, in order of their first run; a run without a valid signature is in none. */
export function keyChains(runs: readonly Pick<Seal, 'record' | 'digest' | 'signedBy'>[]): KeyChain[] {
  const links = runs.flatMap(({ record, digest, signedBy }): Link[] =>
    record?.chain && digest !== null && signedBy !== null
      ? [{ ...record.chain, publicKey: signedBy, run: record.id, digest, isCopy: record.redacted === true }]
      : [],
  )
  const chains = Map.groupBy(links, ({ publicKey, id }) => `${publicKey} ${id}`)
  return [...chains.values()].map((own) => {
    const [{ publicKey, id }] = own as [Link, ...Link[]]
    const here = runsOf(own.map(({ place }) => place))
    const problems = own.flatMap((link) => contradictions(link, own))
    return { publicKey, id, here, missing: gapsOf(here), problems }
  })
}

/** Chains in words: which places are here, which are missing, and what that does not show. No lines without a chain. */
export function chainLines(chains: readonly KeyChain[]): string[] {
  if (chains.length === 0) return []
  const several = Map.groupBy(chains, ({ publicKey }) => publicKey)
  const notes = [...several].flatMap(([publicKey, own]) =>
    own.length > 1
      ? [`key ${keyName(publicKey)} has ${own.length} chains here: one per machine, or it was started anew`]
      : [],
  )
  const hasGap = chains.some(({ missing }) => missing.length > 0)
  return [...chains.map(chainLine), ...notes, ...(hasGap ? [whatAGapIs] : []), whatAChainHides]
}

/** A chain by its key and its id, as it is named in texts. */
export const chainName = ({ publicKey, id }: Pick<KeyChain, 'publicKey' | 'id'>): string =>
  `chain ${id} of key ${keyName(publicKey)}`

/** The first digits of a key, under the same name that stands beside each run that it signed. */
const keyName = (publicKey: string): string => `${publicKey.slice(0, 16)}…`

function chainLine(chain: KeyChain): string {
  const { here, missing } = chain
  const count = countOf(missing)
  const runs = counted(count, 'run')
  const gaps =
    count === 0
      ? `no run before place ${here.at(-1)?.last} is missing`
      : `MISSING: ${placesText(missing)} (${runs} that this key signed and that are not here)`
  return `${chainName(chain)}: ${placesText(here)} here; ${gaps}`
}

/** Where places are missing: what that means. */
const whatAGapIs =
  'Each run that a key signs on a machine gets the next place. A gap is a signed run that is not here, or one that was killed as it was signed: `joulemark close RUN` then signs it.'
const whatAChainHides =
  'A chain does not show runs after its last place, failed or unsigned runs, runs of other keys, or that it was started anew.'

/** Such as "places 2, 5 to 7". */
function placesText(places: readonly Places[]): string {
  const parts = places.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`))
  return `${countOf(places) === 1 ? 'place' : 'places'} ${parts.join(', ')}`
}

const countOf = (places: readonly Places[]): number =>
  places.reduce((sum, { first, last }) => sum + last - first + 1, 0)

/** Numbers as runs of neighbours. A place is whatever a record says: never a loop up to its value. */
function runsOf(numbers: readonly number[]): Places[] {
  const runs: { first: number; last: number }[] = []
  for (const place of numbers.toSorted((a, b) => a - b)) {
    const open = runs.at(-1)
    if (open && place <= open.last + 1) open.last = place
    else runs.push({ first: place, last: place })
  }
  return runs
}

const gapsOf = (here: readonly Places[]): Places[] =>
  here.flatMap(({ first }, index) => {
    const before = here[index - 1]?.last ?? 0
    return first > before + 1 ? [{ first: before + 1, last: first - 1 }] : []
  })

interface Link {
  readonly publicKey: string
  readonly id: string
  readonly run: string
  readonly place: number
  readonly previous: string | null
  readonly digest: string
  /** A redacted copy: its digest is not the one that the next record holds. */
  readonly isCopy: boolean
}

function contradictions(link: Link, links: readonly Link[]): Problem[] {
  const { run, place, previous, digest, isCopy } = link
  const at = (what: string): Problem => ({ file: run, what: `chain: ${what}` })
  const rival = links.find(
    (other) => other.place === place && (other.run !== run || (other.isCopy === isCopy && other.digest !== digest)),
  )
  const before = links.find((other) => other.place === place - 1 && !other.isCopy)
  const fits = (place === 1) === (previous === null)
  return [
    ...(rival === undefined ? [] : [at(`has place ${place}, and so has another record (${rival.run})`)]),
    ...(fits ? [] : [at(`place ${place} does not fit the record before it: ${previous ?? 'none'}`)]),
    ...(before === undefined || before.digest === previous
      ? []
      : [at(`names ${previous ?? 'none'} as the record at place ${place - 1}, and that is ${before.digest}`)]),
  ]
}
