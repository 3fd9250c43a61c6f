import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { loadedBeside } from '../../harness/verdict/side-by-side.ts'

/** One property of host or server that differs between the sides. */
export interface Difference {
  readonly field: string
  readonly label: string
  readonly baseline: string
  readonly candidate: string
}

/** The most important properties in this order; all others follow under their path. */
const labels: Readonly<Record<string, string>> = {
  'card.key': 'Card',
  'gpus.name': 'GPU',
  'gpus.driver': 'Driver',
  'fingerprint.driver.kernelModule': 'Driver kernel module',
  'fingerprint.driver.nvml': 'NVML',
  'fingerprint.driver.cuda': 'CUDA version of the driver',
  'gpus.vbios': 'VBIOS',
  'gpus.powerLimitW': 'Power limit (W)',
  'gpus.powerDefaultLimitW': 'Default power limit (W)',
  'setting.smClockMHz': 'Locked SM clock (MHz)',
  'gpus.maxSmClockMHz': 'Maximum SM clock (MHz)',
  'gpus.maxMemClockMHz': 'Maximum memory clock (MHz)',
  'gpus.eccMode': 'ECC',
  'gpus.persistenceMode': 'Persistence mode',
  'gpus.memoryTotalMiB': 'Memory (MiB)',
  'gpus.pcie.genMax': 'PCIe generation',
  'gpus.pcie.widthCurrent': 'PCIe width',
  'gpus.count': 'Serving GPUs',
  'gpus.uuid': 'GPU UUID',
  'gpus.loadedBeside': 'Other cards under load beside it',
  'fingerprint.compute_mode': 'Compute mode',
  'fingerprint.mig.mode.current': 'MIG',
  'fingerprint.clocks.applications.graphics': 'Application clock (MHz)',
  'fingerprint.driverStateSha256': 'Driver state (SHA-256)',
  'endpoint.engine': 'Engine',
  'endpoint.version': 'Engine version',
  'fingerprint.containerImage': 'Container image',
  'serverStart.command': 'Server command',
  'serverStart.image': 'Image of the server (digest)',
  'serverStart.engine': 'Container engine',
  'serverStart.engineArgs': 'Words for the container engine',
  'endpoint.modelRoot': 'Model',
  'endpoint.model': 'Served model name',
  'endpoint.maxModelLen': 'Context length (tokens)',
  'endpoint.serving.kvCacheDtype': 'KV cache dtype',
  'endpoint.serving.quantization': 'Quantisation',
  'endpoint.serving.gpuMemoryUtilization': 'GPU memory utilisation',
  'endpoint.serving.prefixCaching': 'Prefix caching',
  'endpoint.serving.speculation': 'Speculative decoding',
  'endpoint.serving.tensorParallel': 'Tensor parallelism',
  'endpoint.serving.kvCapacityTokens': 'KV capacity (tokens)',
  'endpoint.serving.kvMaxConcurrency': 'KV capacity (sequences)',
  scenarioSha256: 'Scenario (SHA-256)',
  'host.hostname': 'Host',
  'host.kernel': 'Kernel',
  'tool.version': 'joulemark',
  metricDefinitions: 'Definitions of the metrics (version)',
  'tool.node': 'Node',
  source: 'Source',
}

/** Not properties of host or server: addresses, positions in a list, and values that change by themselves. */
const ignored = [
  'gpus.index',
  'gpus.serving',
  'gpus.pcie.genCurrent',
  'endpoint.url',
  'endpoint.startedAtS',
  'endpoint.serving.reasons',
  'tool.name',
  'tool.commit',
  'card.name',
  'card.claimed',
  'card.reason',
  // what is in it stands in gpus and fingerprint, or was typed; its dates change by themselves
  'card.description',
  'fingerprint.driver.version',
] as const

/** Fields of a card that only the fingerprint has; the others are in the inventory in `gpus`. */
const cardFields = [
  'pci.device_id',
  'inforom.img',
  'compute_cap',
  'power.min_limit',
  'power.max_limit',
  'compute_mode',
  'mig.mode.current',
  'clocks.applications.graphics',
] as const

/** What the runs of one side must have in common to be starts of one server on one host. */
const oneSide = [
  'gpus.driver',
  'gpus.vbios',
  'gpus.powerLimitW',
  'setting.smClockMHz',
  'gpus.uuid',
  'gpus.loadedBeside',
  'fingerprint.driverStateSha256',
  'endpoint.version',
  'endpoint.modelRoot',
] as const

/**
 * What differs between the two sides: driver, VBIOS, limits, server version and flags, model, scenario. Every field that
 * the record keeps about GPUs, driver, endpoint, host and tool is compared, including fields that are added later. A side
 * whose runs differ shows all its values.
 */
export function fingerprintDifferences(baseline: readonly RunRecord[], candidate: readonly RunRecord[]): Difference[] {
  // older records have no fingerprint: its absence is one line, not one per field
  const haveFingerprint = [...baseline, ...candidate].every((run) => run.fingerprint !== undefined)
  const [before, after] = [valuesOf(baseline, haveFingerprint), valuesOf(candidate, haveFingerprint)]
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  const known = Object.keys(labels)
  const rank = (field: string) => (known.includes(field) ? known.indexOf(field) : known.length)
  return fields
    .map((field) => ({ field, baseline: shown(before.get(field)), candidate: shown(after.get(field)) }))
    .filter((each) => each.baseline !== each.candidate)
    .toSorted((a, b) => rank(a.field) - rank(b.field) || (a.field < b.field ? -1 : 1))
    .map((each) => ({ ...each, label: labels[each.field] ?? each.field }))
}

/** Required common properties in which the runs of one side differ, as `label: values`; empty for one host and server. */
export function mixedState(runs: readonly RunRecord[]): string[] {
  const values = runs.map((run) => valuesOf([run], true))
  const found = (field: string) => [...new Set(values.map((each) => shown(each.get(field))))]
  const mixed = oneSide.filter((field) => found(field).length > 1)
  // the hash of the driver's state names no property: it is shown only where no other field differs
  const named = mixed.filter((field) => field !== 'fingerprint.driverStateSha256')
  return (named.length > 0 ? named : mixed).map((field) => `${labels[field]}: ${found(field).join(' / ')}`)
}

function valuesOf(runs: readonly RunRecord[], withFingerprint: boolean): Map<string, Set<string>> {
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
    const serving = servingGpus(run.gpus)
    for (const gpu of serving) add('gpus', gpu)
    add('gpus.count', serving.length)
    add('gpus.loadedBeside', loadedBeside(run).length)
    add('setting.smClockMHz', run.setting?.smClockMHz?.asked)
    add('card', run.card)
    add('endpoint', run.endpoint)
    add('host', run.host)
    add('tool', run.tool)
    add('metricDefinitions', run.metricDefinitions ?? 1)
    add('source', run.source)
    add('serverStart.command', run.serverStart?.command?.join(' '))
    add('serverStart.image', run.serverStart?.image?.digest ?? run.serverStart?.image?.id)
    add('serverStart.engine', run.serverStart?.engine)
    add('serverStart.engineArgs', run.serverStart?.engineArgs?.join(' '))
    add('scenarioSha256', run.scenarioSha256.slice(0, 12))
    if (run.fingerprint === undefined) continue
    const { driver, cards, containerImage, driverStateSha256 } = run.fingerprint
    add('fingerprint.driverStateSha256', driverStateSha256.slice(0, 12))
    if (!withFingerprint) continue
    add('fingerprint.driver', { ...driver, fieldsSha256: driver.fieldsSha256?.slice(0, 12) })
    add('fingerprint.containerImage', containerImage)
    const uuids = serving.map((gpu) => gpu.uuid)
    for (const card of cards.filter(({ uuid }) => uuids.includes(uuid ?? ''))) {
      for (const field of cardFields) add(`fingerprint.${field}`, card[field])
    }
  }
  return values
}

const shown = (values: Set<string> | undefined): string => [...(values ?? ['unknown'])].toSorted().join(' / ')
