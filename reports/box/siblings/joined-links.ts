import { numberOf } from '../../../harness/record/measured.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'

/** How the cards of one server are connected, from `nvidia-smi topo -m`. */
export interface JoinedLink {
  /** UUIDs of its cards. */
  readonly cards: readonly string[]
  /** The slowest path between two of them, such as SYS or NV4. */
  readonly path: string
  /** The same in words. */
  readonly name: string
}

/** Paths that leave a PCIe switch: every transfer goes through a processor, or between two. */
const FAR: ReadonlySet<string> = new Set(['PHB', 'NODE', 'SYS'])
/** A pair that is slower than this share of the fastest pair is named. */
const SLOW_PAIR = 0.6

/** What the probe of the cards copied between two of them, in GB/s. */
interface Pair {
  readonly from: string
  readonly to: string
  readonly rate: number
}

/** Likely causes of a slow model over several cards: the path between them, and pairs that copy slowly. */
export function joinedCauses(
  cards: readonly string[],
  link: JoinedLink | null,
  records: readonly RunRecord[],
  nameOf: (uuid: string) => string,
): string[] {
  const all = records.flatMap(pairsOf)
  const fastest = all.reduce((most, { rate }) => Math.max(most, rate), 0)
  const own = all.filter(({ from, to }) => cards.includes(from) && cards.includes(to))
  const [slowest] = own.toSorted((a, b) => a.rate - b.rate)
  return [
    ...(slowest !== undefined && slowest.rate < SLOW_PAIR * fastest
      ? [
          `the pair ${nameOf(slowest.from)} to ${nameOf(slowest.to)}: ${slowest.rate.toFixed(1)} GB/s, where the fastest pair of the server reaches ${fastest.toFixed(1)}${farText(link)}`,
        ]
      : []),
    ...(link !== null && FAR.has(link.path) ? [`its cards are connected over ${link.name} (${link.path})`] : []),
  ]
}

const farText = (link: JoinedLink | null): string =>
  link !== null && FAR.has(link.path) ? `, over ${link.name} (${link.path})` : ''

function pairsOf({ cardProbe }: RunRecord): Pair[] {
  if (cardProbe === undefined || 'reason' in cardProbe) return []
  return cardProbe.pairs.flatMap(({ from, to, GBs }) => {
    const [source, target] = [cardProbe.cards[from]?.uuid, cardProbe.cards[to]?.uuid]
    const rate = numberOf(GBs)
    return source && target && rate !== null ? [{ from: source, to: target, rate }] : []
  })
}
