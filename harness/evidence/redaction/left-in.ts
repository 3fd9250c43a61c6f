import { modelByKey } from '../../catalogue/own-models.ts'
import type { RunRecord } from '../../record/schema/run.ts'

/** One thing that a redacted copy still shows. */
export interface LeftIn {
  readonly what: string
  readonly value: string
  /** What it may give away; null where it names nobody. */
  readonly warning: string | null
}

const CUSTOMER = 'may name a customer'

/**
 * What a redacted copy still shows of the machine, the server and the work, so that its owner can read it before it goes out.
 * `copy` is the redacted record.
 */
export function leftIn(copy: RunRecord): LeftIn[] {
  const { scenario, endpoint, card, host, gpus, fingerprint, serverStart, training } = copy
  const servedAs: readonly string[] = modelByKey(scenario.model)?.servedAs ?? []
  const isPublic = (name: string): boolean =>
    servedAs.some((known) => name === known || name.includes(`models--${known.replaceAll('/', '--')}/`))
  const found: (LeftIn | null)[] = [
    of('title', scenario.title, CUSTOMER),
    of('scenario', scenario.name, CUSTOMER),
    of('served model', endpoint.model, endpoint.model !== null && isPublic(endpoint.model) ? null : CUSTOMER),
    of('weights', endpoint.modelRoot, endpoint.modelRoot !== null && isPublic(endpoint.modelRoot) ? null : CUSTOMER),
    of('card', card.name),
    of('own card', card.key === null ? null : card.description && `${card.key}, ${card.description.label}`, CUSTOMER),
    of('drivers', distinct(gpus.map(({ driver }) => driver))),
    of('VBIOS', distinct(gpus.map(({ vbios }) => vbios))),
    of('machine', `${host.cpu}, ${host.cpuCount} threads, ${host.memoryGiB.toFixed(0)} GiB, ${host.kernel}`),
    of('engine', [endpoint.engine, endpoint.version].filter(Boolean).join(' ') || null),
    of('container image', fingerprint?.containerImage ?? null),
    of('command of the server', serverStart?.command?.join(' ') ?? null),
    of('words for the container engine', serverStart?.engineArgs?.join(' ') ?? null),
    of('settings of the training', training === undefined ? null : JSON.stringify(training.config), CUSTOMER),
    of('time', `${copy.startedAt} to ${copy.endedAt ?? 'unknown'}`),
  ]
  return found.filter((each) => each !== null)
}

const of = (what: string, value: string | null | undefined, warning: string | null = null): LeftIn | null =>
  value === null || value === undefined || value === '' ? null : { what, value, warning }

const distinct = (values: readonly (string | null)[]): string | null =>
  [...new Set(values.filter((value) => value !== null))].join(', ') || null
