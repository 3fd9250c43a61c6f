import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { type Link, parseTopology } from '../../telemetry/snapshot/topology.ts'
import type { BoxCard } from './box-plan.ts'
import { cardSets } from './card-links.ts'

const entry = cardEntryByKey('rtx-4090')!
const cards = (count: number): BoxCard[] =>
  Array.from({ length: count }, (_, index) => ({ index, uuid: `GPU-${index}`, entry }))
const indices = (sets: ReturnType<typeof cardSets>) => sets.map((set) => set.cards.map(({ index }) => index))

/** Two sockets of two cards each, of which 0 and 3 share one, as `nvidia-smi topo -m` prints it. */
const crossed = parseTopology(`\tGPU0\tGPU1\tGPU2\tGPU3\tCPU Affinity\tNUMA Affinity
GPU0\t X \tSYS\tSYS\tPIX\t0-15\t0
GPU1\tSYS\t X \tNODE\tSYS\t16-31\t1
GPU2\tSYS\tNODE\t X \tSYS\t16-31\t1
GPU3\tPIX\tSYS\tSYS\t X \t0-15\t0
`)

test('cards behind one switch make a pair, then those of one NUMA node', () => {
  const sets = cardSets(cards(4), 2, crossed)
  expect(indices(sets)).toEqual([
    [0, 3],
    [1, 2],
  ])
  expect(sets.map(({ link }) => link)).toEqual([
    { path: 'PIX', name: 'one PCIe switch' },
    { path: 'NODE', name: 'PCIe host bridges of one NUMA node' },
  ])
  expect(cardSets(cards(4), 4, crossed)[0]!.link).toMatchObject({ path: 'SYS' })
})

test('NVLink is nearer than any switch, and more links are nearer than fewer', () => {
  const links: Link[] = [
    { from: 'GPU0', to: 'GPU1', path: 'PIX' },
    { from: 'GPU0', to: 'GPU2', path: 'NV2' },
    { from: 'GPU1', to: 'GPU2', path: 'NV4' },
  ]
  const [set] = cardSets(cards(3), 2, links)
  expect(set).toMatchObject({ link: { path: 'NV4', name: 'NVLink (4 links)' } })
  expect(indices([set!])).toEqual([[1, 2]])
})

test('without a topology the sets follow the order of the cards, and the reason is kept', () => {
  const sets = cardSets(cards(5), 2, { reason: 'nvidia-smi topo failed' })
  expect(indices(sets)).toEqual([
    [0, 1],
    [2, 3],
  ])
  expect(sets[0]!.link).toEqual({ reason: 'nvidia-smi topo failed' })
  expect(cardSets(cards(2), 2, [])[0]!.link).toEqual({
    reason: 'nvidia-smi topo -m lists no path between these cards',
  })
  expect(cardSets(cards(2), 2, [{ from: 'GPU0', to: 'GPU1', path: 'XXX' }])[0]!.link).toEqual({
    reason: 'nvidia-smi topo -m names a path that is not known: XXX',
  })
})

test('no card is in two sets, as many sets as fit are made, and the nearest pair of all is always one of them', () => {
  const path = fc.constantFrom('NV1', 'NV12', 'PIX', 'PXB', 'PHB', 'NODE', 'SYS')
  const count = fc.integer({ min: 2, max: 8 })
  const matrix = count.chain((n) => fc.tuple(fc.constant(n), fc.array(path, { minLength: n * n, maxLength: n * n })))
  fc.assert(
    fc.property(matrix, fc.integer({ min: 2, max: 4 }), ([n, paths], size) => {
      const links = cards(n).flatMap((one) =>
        cards(n)
          .filter((other) => other.index > one.index)
          .map((other) => ({
            from: `GPU${one.index}`,
            to: `GPU${other.index}`,
            path: paths[one.index * n + other.index]!,
          })),
      )
      const sets = cardSets(cards(n), size, links)
      const used = indices(sets).flat()
      expect(new Set(used).size).toBe(used.length)
      expect(sets).toHaveLength(Math.floor(n / size))
      const twelve = links.filter((link) => link.path === 'NV12')
      if (size === 2 && twelve.length > 0)
        expect(sets.some(({ link }) => 'path' in link && link.path === 'NV12')).toBe(true)
    }),
  )
})
