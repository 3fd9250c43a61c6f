import type { Link } from '../../telemetry/snapshot/topology.ts'
import type { BoxCard, CardLink } from './box-plan.ts'

/** The paths between the cards of a box (`nvidia-smi topo -m`), or why they are not known. */
export type Topology = readonly Link[] | { readonly reason: string }

/**
 * The paths of `nvidia-smi topo -m` from near to far, as its legend explains them. NVLink comes first: more links are nearer.
 */
const PATHS = {
  PIX: 'one PCIe switch',
  PXB: 'several PCIe switches',
  PHB: 'the PCIe host bridge of one CPU',
  NODE: 'PCIe host bridges of one NUMA node',
  SYS: 'the link between CPU sockets',
} as const
const FAR = Object.keys(PATHS)

/** A server over several cards: which they are, and what connects them. */
export interface CardSet {
  readonly cards: readonly BoxCard[]
  readonly link: CardLink
}

/**
 * Cards in sets of `size` that share no card, near ones together: the nearest pair that is free first, then the card that is
 * nearest to the set. Topologies are trees of links, so taking the nearest first leaves no better pairs. Without a topology
 * the sets follow the order of the cards. Cards that are left are in no set.
 */
export function cardSets(cards: readonly BoxCard[], size: number, topology: Topology): CardSet[] {
  const sets: CardSet[] = []
  let free = [...cards]
  while (free.length >= size && size > 1) {
    const set = nearestSet(free, size, topology)
    free = free.filter((card) => !set.includes(card))
    const inOrder = set.toSorted((a, b) => a.index - b.index)
    sets.push({ cards: inOrder, link: linkOf(inOrder, topology) })
  }
  return sets.toSorted((a, b) => a.cards[0]!.index - b.cards[0]!.index)
}

function nearestSet(free: readonly BoxCard[], size: number, topology: Topology): BoxCard[] {
  const pairs = free.flatMap((one, at) => free.slice(at + 1).map((other) => [one, other]))
  const set = [...nearest(pairs, (pair) => distance(pair, topology))]
  while (set.length < size) {
    const rest = free.filter((card) => !set.includes(card)).map((card) => [card])
    set.push(...nearest(rest, (card) => distance([...set, ...card], topology)))
  }
  return set
}

/** The first of the nearest: sets of equal distance keep the order of the cards. */
const nearest = <Item>(items: readonly Item[], of: (item: Item) => number): Item =>
  items.reduce((best, item) => (of(item) < of(best) ? item : best))

/** How far apart the two farthest cards of a set are; a path that is not known is farther than any other. */
const distance = (cards: readonly BoxCard[], topology: Topology): number =>
  Math.max(...pathsOf(cards, topology).map(distanceOf))

function distanceOf(path: string | null): number {
  const links = nvlinksOf(path)
  if (links !== null) return 1 / (1 + links)
  const rank = FAR.indexOf(path ?? '')
  return 1 + (rank < 0 ? FAR.length : rank)
}

/** NVLinks of a path such as `NV4`; null for any other. */
const nvlinksOf = (path: string | null): number | null => {
  const links = /^NV(\d+)$/.exec(path ?? '')?.[1]
  return links === undefined ? null : Number(links)
}

function pathsOf(cards: readonly BoxCard[], topology: Topology): (string | null)[] {
  if ('reason' in topology) return [null]
  const between = (one: BoxCard, other: BoxCard) =>
    topology.find(({ from, to }) => from === `GPU${one.index}` && to === `GPU${other.index}`)?.path ?? null
  return cards.flatMap((one, at) => cards.slice(at + 1).map((other) => between(one, other) ?? between(other, one)))
}

function linkOf(cards: readonly BoxCard[], topology: Topology): CardLink {
  if ('reason' in topology) return topology
  const path = pathsOf(cards, topology).reduce((far, each) => (distanceOf(each) > distanceOf(far) ? each : far))
  if (path === null) return { reason: 'nvidia-smi topo -m lists no path between these cards' }
  const links = nvlinksOf(path)
  const name = links === null ? PATHS[path as keyof typeof PATHS] : `NVLink (${links} link${links === 1 ? '' : 's'})`
  return name === undefined ? { reason: `nvidia-smi topo -m names a path that is not known: ${path}` } : { path, name }
}
