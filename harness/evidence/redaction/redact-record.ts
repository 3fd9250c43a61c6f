import type { CsvName } from '../../record/csv.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { MAX_TITLE_CHARACTERS } from '../../scenario/schema.ts'
import { recompute } from '../recompute.ts'
import { readTrialRows } from '../trial-rows.ts'
import { redactedFile } from './redact-csv.ts'
import { type Names, REDACTED, redactImage, redactText } from './redact-text.ts'
import { redactValue } from './redact-value.ts'

/** The identifying names in a record. */
export const identifiersIn = (record: RunRecord): Names => ({
  hostnames: hostnamesIn(record),
  gpus: new Map(record.gpus.map((gpu, place) => [gpu.uuid, `GPU-${place + 1}`])),
  models: new Map(otherModelsIn(record).map((name, place) => [name, `model-${place + 2}`])),
  pids: new Map(pidsIn(record).map((pid, place) => [pid, place + 1])),
})

/** Names that every machine has for itself. */
const anyMachine = /^(?:localhost|redacted|[\d.]+|\[.*\])$/i

/** The longer ones first: the short form of a name is a part of the long one. */
function hostnamesIn({ host, endpoint }: RunRecord): string[] {
  const server = URL.parse(endpoint.url)?.hostname ?? ''
  const whole = [host.hostname, server].filter((name) => name !== '' && !anyMachine.test(name))
  const short = whole.map((name) => name.split('.')[0] as string)
  return [...new Set([...whole, ...short])].toSorted((a, b) => b.length - a.length)
}

/** Models that the server has beside the measured one, the longer names first. */
function otherModelsIn({ endpoint }: RunRecord): string[] {
  const own = [endpoint.model, endpoint.modelRoot, endpoint.servedAs]
  const others = [...endpoint.servedModels, ...(endpoint.otherModels ?? [])].filter((name) => !own.includes(name))
  return [...new Set(others)].toSorted((a, b) => b.length - a.length)
}

function pidsIn({ telemetry }: RunRecord): number[] {
  const lists = [telemetry?.before.processes, telemetry?.after.processes]
  return [...new Set(lists.flatMap((list) => (list ?? []).map(({ pid }) => pid)))]
}

/**
 * The copy of a record for third parties: without the names of hosts, users, other models and processes, addresses and serial
 * numbers, with all values and gates. Its values are computed from the redacted inputs by the same functions, with a pseudonym
 * per GPU, so that it verifies like any other record. A pure function of the record and its files, so that the copy signed at
 * the end of the run can be made again later. Nothing in it is derived from a name, so that no hash reveals one.
 */
export async function redactedRecord(directory: string, record: RunRecord): Promise<RunRecord> {
  const names = identifiersIn(record)
  const { signature: _, manifestSha256: __, redactedCopy: ___, files, ...rest } = record
  const inputs = redactValue(rest, names) as Omit<RunRecord, 'files'>
  const redactedFiles = Object.entries(files).map(
    async ([name, file]) => [name, await redactedFile(directory, name as CsvName, file, names)] as const,
  )
  const copy: RunRecord = {
    ...inputs,
    redacted: true,
    // a replacement may be longer than what it replaces
    scenario: { ...inputs.scenario, title: inputs.scenario.title.slice(0, MAX_TITLE_CHARACTERS) },
    host: { ...inputs.host, hostname: REDACTED },
    card: cardOf(inputs.card),
    endpoint: endpointOf(record, inputs, names),
    ...serverStartOf(record, names),
    // a hash over UUIDs would confirm a guessed UUID
    ...(inputs.fingerprint ? { fingerprint: { ...inputs.fingerprint, driverStateSha256: REDACTED } } : {}),
    ...(inputs.training ? { training: { ...inputs.training, command: [REDACTED] } } : {}),
    files: Object.fromEntries(await Promise.all(redactedFiles)),
  }
  const rows = await readTrialRows(directory, (uuid) => redactText(uuid, names))
  return { ...copy, ...recompute(copy, rows) }
}

/** A source that the user wrote may name a supplier or an offer; the value stays, because the limit is computed from it. */
function cardOf({ description, ...card }: RunRecord['card']): RunRecord['card'] {
  if (description === undefined) return card
  const fields = Object.entries(description).map(([field, value]) => {
    const isOwn = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'own'
    return [field, isOwn ? { ...value, source: REDACTED } : value]
  })
  return { ...card, description: Object.fromEntries(fields) as NonNullable<typeof description> }
}

/** A whole value of a list of models is a name, whatever else has that name. */
function endpointOf(record: RunRecord, inputs: Omit<RunRecord, 'files'>, { models }: Names): RunRecord['endpoint'] {
  const pseudonyms = (given: readonly string[], redacted: readonly string[]): string[] =>
    given.map((name, place) => models.get(name) ?? redacted[place] ?? REDACTED)
  const { servedModels, otherModels } = record.endpoint
  return {
    ...inputs.endpoint,
    url: REDACTED,
    servedModels: pseudonyms(servedModels, inputs.endpoint.servedModels),
    ...(otherModels ? { otherModels: pseudonyms(otherModels, inputs.endpoint.otherModels ?? []) } : {}),
  }
}

/** The first word of the command of a server is its image. */
function serverStartOf({ serverStart }: RunRecord, names: Names): Pick<RunRecord, 'serverStart'> {
  if (serverStart === undefined) return {}
  const { command, engineArgs } = serverStart
  const [image = '', ...flags] = command ?? []
  const redacted = [redactImage(image, names), ...flags.map((flag) => redactText(flag, names))]
  return {
    serverStart: {
      ...serverStart,
      ...(command === undefined ? {} : { command: redacted }),
      ...(engineArgs === undefined ? {} : { engineArgs: engineArgs.map((word) => redactText(word, names)) }),
    },
  }
}
