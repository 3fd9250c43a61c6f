import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { countNvlinks, nvlinksOfGpus, parseTopology } from '../snapshot/topology.ts'
import { type Check, fail, notMeasured, overCards, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  'pcie-width': {
    id: 'pcie-width',
    why: 'fewer lanes slow down loading, offload and tensor parallelism; decoding on one card is hardly affected',
    fix: 'check the slot, the riser and the bifurcation setting in the BIOS',
  },
  'pcie-generation': {
    id: 'pcie-generation',
    why: 'a slow PCIe link slows down loading and cards that work together; it shows its speed only under load',
    fix: 'set the slot to its highest generation in the BIOS; try pcie_aspm=off',
  },
  topology: {
    id: 'topology',
    why: 'tensor parallelism sends data over these links for every token',
    fix: 'put the cards under one PCIe root; bind the server to their NUMA node with numactl',
  },
  'peer-to-peer': {
    id: 'peer-to-peer',
    why: 'without it vLLM copies between cards through the host',
    fix: 'expected on GeForce; on other cards check IOMMU and ACS in the BIOS',
  },
} as const satisfies Record<string, Rule>

/** Checks of the links to the host and between cards. `underLoad` is a snapshot taken under load; null without a load. */
export function linkChecks(
  cards: readonly CardSnapshot[],
  underLoad: readonly CardSnapshot[] | null,
  links: Facts['links'],
): Check[] {
  return [width(cards), generation(underLoad), ...betweenCards(cards, links)]
}

function width(cards: readonly CardSnapshot[]): Check {
  return overCards(rules['pcie-width'], cards, (card) => {
    const now = numberIn(card, 'pcie.link.width.current')
    const max = numberIn(card, 'pcie.link.width.max')
    if (now === null || max === null) return { status: 'not-measured', read: 'not reported by the driver' }
    return { status: now < max ? 'warn' : 'pass', read: `x${now} of x${max}` }
  })
}

function generation(underLoad: readonly CardSnapshot[] | null): Check {
  const rule = rules['pcie-generation']
  if (underLoad === null) return notMeasured(rule, 'no load', 'joulemark doctor --endpoint URL')
  return overCards(rule, underLoad, (card) => {
    const now = numberIn(card, 'pcie.link.gen.current')
    const max = numberIn(card, 'pcie.link.gen.max')
    const gpu = numberIn(card, 'pcie.link.gen.gpumax')
    const host = numberIn(card, 'pcie.link.gen.hostmax')
    if (now === null || max === null) return { status: 'not-measured', read: 'not reported by the driver' }
    const utilization = numberIn(card, 'utilization.gpu') ?? 0
    const read = `generation ${now} of ${max} at ${utilization} % utilisation${gpu !== null && host !== null && gpu !== host ? ` (card ${gpu}, host ${host})` : ''}`
    if (now >= max) return { status: 'pass', read }
    return utilization < 50
      ? { status: 'not-measured', read: `${read}: the card was not under load` }
      : { status: 'warn', read }
  })
}

function betweenCards(cards: readonly CardSnapshot[], links: Facts['links']): Check[] {
  if (links === null) return [pass(rules.topology, 'one card'), pass(rules['peer-to-peer'], 'one card')]
  const isOurs = amongCards(cards)
  const among = (text: string) => parseTopology(text).filter(({ from, to }) => isOurs(from) && isOurs(to))
  const byGpu = new Map([...nvlinksOfGpus(links.nvlink)].filter(([gpu]) => isOurs(`GPU${gpu}`)))
  return [topologyCheck(among(links.topology), byGpu, links.nvlink), peerCheck(among(links.peerToPeer))]
}

/** Whether a name such as `GPU1` is that of one of these cards: nvidia-smi prints links of every card of the machine. */
function amongCards(cards: readonly CardSnapshot[]): (name: string) => boolean {
  const names = cards.map((card) => card.values['index'])
  return (name) => names.some((index) => index === null || index === undefined || name === `GPU${index}`)
}

function topologyCheck(
  paths: readonly { from: string; to: string; path: string }[],
  byGpu: ReadonlyMap<string, number | null>,
  nvlink: string,
): Check {
  const rule = rules.topology
  if (paths.length === 0) return notMeasured(rule, 'nvidia-smi topo -m lists no link')
  const once = paths.filter(({ from, to }) => from < to).map(({ from, to, path }) => `${from}-${to} ${path}`)
  const links = byGpu.size === 0 ? countNvlinks(nvlink) : totalOf([...byGpu.values()])
  const read = `${once.join(', ')}; ${nvlinkText(links)}`
  const fewer = withFewerLinks(byGpu)
  if (fewer.length > 0) return warn(rule, `${read}: ${fewer.join(', ')}`, NVLINK_FIX)
  return paths.some(({ path }) => path === 'SYS') ? warn(rule, `${read}: across processor sockets`) : pass(rule, read)
}

const NVLINK_FIX =
  'check dmesg for NVLink and SXid lines, and the fabric manager (systemctl status nvidia-fabricmanager); a card without a bridge has no links'

/** GPUs with fewer active links than others: a link that is down sends tensor parallelism over PCIe. */
function withFewerLinks(byGpu: ReadonlyMap<string, number | null>): string[] {
  const most = Math.max(0, ...[...byGpu.values()].map((links) => links ?? 0))
  return [...byGpu].flatMap(([gpu, links]) =>
    links !== null && links < most ? [`GPU ${gpu} has ${links} of ${most} links`] : [],
  )
}

/** Links of all GPUs; null where one that is not known could be the only one that has any. */
function totalOf(counts: readonly (number | null)[]): number | null {
  const known = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return known === 0 && counts.includes(null) ? null : known
}

const nvlinkText = (nvlinks: number | null): string =>
  nvlinks === null ? 'active NVLinks not reported' : nvlinks === 0 ? 'no NVLink' : `${nvlinks} NVLinks`

function peerCheck(peers: readonly { path: string }[]): Check {
  const rule = rules['peer-to-peer']
  if (peers.length === 0) return notMeasured(rule, 'nvidia-smi topo -p2p r lists no link')
  const states = [...new Set(peers.map(({ path }) => path))]
  const read = `read access between cards: ${states.join(', ')}`
  if (states.every((state) => state === 'OK')) return pass(rule, read)
  // nvidia-smi prints U for an unknown state.
  return states.includes('U') ? fail(rule, read) : warn(rule, read)
}
