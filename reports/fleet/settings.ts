import { enforcedPowerLimitW, servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

/** What a person changes on a box, and what moves its figures when it changes. */
interface Setting {
  readonly id: string
  readonly label: string
  /** Null where the record does not have it. */
  readonly of: (run: RunRecord) => string | null
}

const gpu = (run: RunRecord) => servingGpus(run.gpus)[0]

/** The settings by which changes are told apart, most telling first. */
export const settings: readonly Setting[] = [
  { id: 'driver', label: 'driver', of: (run) => gpu(run)?.driver ?? null },
  {
    id: 'engine',
    label: 'engine',
    of: ({ endpoint: { engine, version } }) => (version === null ? null : `${engine ?? 'engine'} ${version}`),
  },
  {
    id: 'powerLimitW',
    label: 'power limit',
    of: (run) => {
      const limitW = enforcedPowerLimitW(run.gpus)
      return limitW === null ? null : `${limitW} W`
    },
  },
  { id: 'kernel', label: 'kernel', of: ({ host }) => host.kernel },
  { id: 'image', label: 'image', of: ({ serverStart }) => serverStart?.image?.digest?.slice(0, 19) ?? null },
  { id: 'vbios', label: 'VBIOS', of: (run) => gpu(run)?.vbios ?? null },
  { id: 'ecc', label: 'ECC', of: (run) => gpu(run)?.eccMode ?? null },
  { id: 'model', label: 'model', of: ({ endpoint }) => endpoint.modelRoot },
  {
    id: 'definitions',
    label: 'definitions of the metrics',
    of: ({ metricDefinitions }) => `${metricDefinitions ?? 1}`,
  },
]

/** Driver and engine of a run: units are siblings only where they agree. */
export const softwareOf = (run: RunRecord): string =>
  settings
    .filter(({ id }) => id === 'driver' || id === 'engine')
    .map(({ of }) => of(run) ?? 'unknown')
    .join(' | ')

/** A setting that is another one after than before. */
export interface Change {
  readonly id: string
  readonly label: string
  readonly before: string
  readonly after: string
}

/** The settings that changed between two groups of runs of one unit; what either side does not know is not a change. */
export function changesOf(before: readonly RunRecord[], after: readonly RunRecord[]): Change[] {
  return settings.flatMap(({ id, label, of }) => {
    const [old, now] = [before, after].map((runs) => shown(runs.map(of)))
    return old === undefined || now === undefined || old === '' || now === '' || old === now
      ? []
      : [{ id, label, before: old, after: now }]
  })
}

const shown = (values: readonly (string | null)[]): string =>
  [...new Set(values.filter((value) => value !== null))].toSorted().join(' / ')

/** A change in words: "driver 580.65 to 590.10". */
const changeText = ({ label, before, after }: Change): string => `${label} ${before} to ${after}`

/** The same changes have the same text; none is "nothing changed". */
export const changesText = (changes: readonly Change[]): string =>
  changes.length === 0 ? 'nothing changed' : changes.map(changeText).join(', ')
