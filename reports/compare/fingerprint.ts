import type { RunRecord } from '../../harness/record/schema.ts'

/** One thing about box or server that is not the same on both sides. */
export interface Difference {
  readonly field: string
  readonly label: string
  readonly baseline: string
  readonly candidate: string
}

/** What people look for first, in this order; everything else follows under its own path. */
const labels: Readonly<Record<string, string>> = {
  'card.key': 'Card',
  'gpus.name': 'GPU',
  'gpus.driver': 'Driver',
  'gpus.vbios': 'VBIOS',
  'gpus.powerLimitW': 'Power limit (W)',
  'gpus.powerDefaultLimitW': 'Default power limit (W)',
  'gpus.maxSmClockMHz': 'Highest SM clock (MHz)',
  'gpus.maxMemClockMHz': 'Highest memory clock (MHz)',
  'gpus.eccMode': 'ECC',
  'gpus.persistenceMode': 'Persistence mode',
  'gpus.memoryTotalMiB': 'Memory (MiB)',
  'gpus.pcie.genMax': 'PCIe generation',
  'gpus.pcie.widthCurrent': 'PCIe width',
  'gpus.count': 'GPUs that serve',
  'gpus.uuid': 'GPU UUID',
  'endpoint.engine': 'Engine',
  'endpoint.version': 'Engine version',
  'endpoint.modelRoot': 'Model',
  'endpoint.model': 'Served as',
  'endpoint.maxModelLen': 'Context (tokens)',
  scenarioSha256: 'Scenario (SHA-256)',
  'host.hostname': 'Host',
  'host.kernel': 'Kernel',
  'tool.version': 'joulemark',
  'tool.node': 'Node',
  source: 'Source',
}

/** Not of the box or the server: addresses, places in a list, and what moves by itself while nothing changes. */
const ignored = [
  'gpus.index',
  'gpus.serving',
  'gpus.pcie.genCurrent',
  'endpoint.url',
  'tool.name',
  'tool.commit',
  'card.name',
  'card.claimed',
  'card.reason',
] as const

/**
 * What differs between the two sides: driver, VBIOS, limits, server version and flags, model, scenario. Every field that
 * the record keeps about GPUs, endpoint, host and tool is looked at, so that a field added tomorrow is compared
 * tomorrow. A side whose runs disagree shows all its values.
 */
export function fingerprintDifferences(baseline: readonly RunRecord[], candidate: readonly RunRecord[]): Difference[] {
  const [before, after] = [valuesOf(baseline), valuesOf(candidate)]
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  const known = Object.keys(labels)
  const rank = (field: string) => (known.includes(field) ? known.indexOf(field) : known.length)
  return fields
    .map((field) => ({ field, baseline: shown(before.get(field)), candidate: shown(after.get(field)) }))
    .filter((each) => each.baseline !== each.candidate)
    .toSorted((a, b) => rank(a.field) - rank(b.field) || (a.field < b.field ? -1 : 1))
    .map((each) => ({ ...each, label: labels[each.field] ?? each.field }))
}

function valuesOf(runs: readonly RunRecord[]): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>()
  const add = (field: string, value: unknown): void => {
    if (ignored.some((path) => field === path)) return
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) add(`${field}.${key}`, inner)
    } else if (value !== undefined && value !== null) {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      values.set(field, (values.get(field) ?? new Set()).add(text))
    }
  }
  for (const run of runs) {
    const serving = run.gpus.filter((gpu) => gpu.serving)
    for (const gpu of serving) add('gpus', gpu)
    add('gpus.count', serving.length)
    add('card', run.card)
    add('endpoint', run.endpoint)
    add('host', run.host)
    add('tool', run.tool)
    add('source', run.source)
    add('scenarioSha256', run.scenarioSha256.slice(0, 12))
  }
  return values
}

const shown = (values: Set<string> | undefined): string => [...(values ?? ['unknown'])].toSorted().join(' / ')
