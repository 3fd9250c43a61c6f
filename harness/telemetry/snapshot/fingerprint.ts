import { createHash } from 'node:crypto'
import type { RunRecord } from '../../record/schema/run.ts'
import type { CardSnapshot, SnapshotField } from './snapshot.ts'

/** The properties of a server that affect results: kept in every record, so that two servers can be distinguished. */
export interface Fingerprint {
  readonly driver: {
    readonly version: string | null
    readonly kernelModule: string | null
    readonly nvml: string | null
    readonly cuda: string | null
    /** sha256 of the sorted field names that `--help-query-gpu` lists. */
    readonly fieldsSha256: string | null
  }
  /** One entry per card: each field's text, null where it is not reported. */
  readonly cards: readonly Readonly<Record<string, string | null>>[]
  readonly host: RunRecord['host']
  /** The server's container image, where it is known. */
  readonly containerImage: string | null
  /** sha256 of the part that a driver upgrade may change: runs with different hashes are compared only on request. */
  readonly driverStateSha256: string
}

/** Identity of a card and its slot: does not change with reboots and drivers. */
const identityFields = [
  'uuid',
  'name',
  'serial',
  'pci.bus_id',
  'pci.device_id',
  'vbios_version',
  'inforom.img',
  'compute_cap',
  'memory.total',
  'power.min_limit',
  'power.max_limit',
  'clocks.max.sm',
  'clocks.max.mem',
  'pcie.link.gen.max',
  'pcie.link.width.current',
  'pcie.link.width.max',
] as const satisfies readonly SnapshotField[]

/** State that a driver upgrade, a reload, a reboot or a person may change. */
const stateFields = [
  'enforced.power.limit',
  'power.default_limit',
  'persistence_mode',
  'compute_mode',
  'mig.mode.current',
  'ecc.mode.current',
  'memory.reserved',
  'clocks.applications.graphics',
] as const satisfies readonly SnapshotField[]

export interface FingerprintParts {
  readonly cards: readonly CardSnapshot[]
  readonly host: RunRecord['host']
  readonly kernelModule: string | null
  /** `key: value` lines of `nvidia-smi --version`, keys in lower case. */
  readonly versions: Readonly<Record<string, string>> | null
  readonly knownFields: ReadonlySet<string>
  readonly containerImage: string | null
}

/** The fingerprint of a server. Pure: the same parts give the same hash, in any order of the cards. */
export function fingerprintOf(parts: FingerprintParts): Fingerprint {
  const { versions } = parts
  const cards = parts.cards
    .map((card) => pick(card, [...identityFields, ...stateFields]))
    .toSorted((a, b) => ((a['uuid'] ?? '') < (b['uuid'] ?? '') ? -1 : 1))
  const first = parts.cards[0]?.values
  const driver = {
    version: first?.['kmd_version'] ?? first?.['driver_version'] ?? versions?.['driver version'] ?? null,
    kernelModule: parts.kernelModule,
    nvml: versions?.['nvml version'] ?? null,
    cuda: versions?.['cuda version'] ?? null,
    fieldsSha256: parts.knownFields.size === 0 ? null : sha256([...parts.knownFields].toSorted().join('\n')),
  }
  const state = cards.map((card) => ['uuid', ...stateFields].map((field) => card[field] ?? null))
  return {
    driver,
    cards,
    host: parts.host,
    containerImage: parts.containerImage,
    driverStateSha256: sha256(JSON.stringify([Object.entries(driver), state])),
  }
}

const pick = (card: CardSnapshot, fields: readonly SnapshotField[]): Record<string, string | null> =>
  Object.fromEntries(fields.map((field) => [field, card.values[field]]))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
