import { failureInText, type SmiFailure } from '../smi/failures.ts'
import type { SampleKey, SelectedField } from '../smi/fields.ts'
import {
  isCardUuid,
  missingKindOf,
  parseSmiMask,
  parseSmiNumber,
  parseSmiText,
  parseSmiTimestamp,
  sickKinds,
} from '../smi/values.ts'

/** One sample as printed by nvidia-smi; the stamp is in milliseconds since the Unix epoch. */
export interface SmiSample {
  readonly stampMs: number | null
  readonly uuid: string
  readonly powerW: number | null
  readonly powerInstantW: number | null
  readonly memoryUsedMiB: number | null
  readonly utilizationGpuPct: number | null
  readonly utilizationMemoryPct: number | null
  readonly smClockMHz: number | null
  readonly memClockMHz: number | null
  readonly temperatureC: number | null
  readonly pstate: string | null
  readonly eventReasons: string | null
}

/** The kind of one line of the loop. `sick` lists columns whose text means a faulty card. */
export type SmiLine =
  | { readonly kind: 'row'; readonly sample: SmiSample; readonly sick: readonly { field: string; text: string }[] }
  /** A row that names no card, because its UUID is a text such as `[GPU is lost]`. */
  | { readonly kind: 'nameless'; readonly text: string }
  | { readonly kind: 'event'; readonly text: string }
  | ({ readonly kind: 'fatal' } & SmiFailure)
  | { readonly kind: 'malformed'; readonly text: string }
  | { readonly kind: 'blank' }

/** nvidia-smi prints ECC and Xid messages into the output of its loop. */
const eventPattern = /\b(xid|ecc|double bit|single bit|retired page|row remap)/i

/**
 * Classifies one line of `--format=csv,noheader,nounits` output, columns by position (a header would print other names
 * than were queried). The CSV has no quoting, so the column count must be exact.
 */
export function parseSmiLine(line: string, fields: readonly SelectedField[]): SmiLine {
  const text = line.replace(/\r/g, '').trim()
  if (text === '') return { kind: 'blank' }
  const cells = text.split(',').map((cell) => cell.trim())
  const byKey = new Map<SampleKey, string>(fields.map(({ key }, index) => [key, cells[index] ?? '']))
  const uuid = byKey.get('uuid') ?? ''
  if (cells.length !== fields.length) return classifyOther(text)
  if (!isCardUuid(uuid)) {
    const kind = missingKindOf(uuid)
    return kind !== null && sickKinds.has(kind) ? { kind: 'nameless', text: uuid } : classifyOther(text)
  }

  const number = (key: SampleKey) => parseSmiNumber(byKey.get(key)).value
  const sick = fields.flatMap(({ key, name }, index) => {
    const cell = cells[index] as string
    const kind = missingKindOf(cell)
    return kind !== null && sickKinds.has(kind) && key !== 'uuid' ? [{ field: name, text: cell }] : []
  })
  return {
    kind: 'row',
    sick,
    sample: {
      stampMs: parseSmiTimestamp(byKey.get('timestamp')).value,
      uuid,
      powerW: number('powerW'),
      powerInstantW: number('powerInstantW'),
      memoryUsedMiB: number('memoryUsedMiB'),
      utilizationGpuPct: number('utilizationGpuPct'),
      utilizationMemoryPct: number('utilizationMemoryPct'),
      smClockMHz: number('smClockMHz'),
      memClockMHz: number('memClockMHz'),
      temperatureC: number('temperatureC'),
      pstate: parseSmiText(byKey.get('pstate')).value,
      eventReasons: parseSmiMask(byKey.get('eventReasons')).value,
    },
  }
}

function classifyOther(text: string): SmiLine {
  const failure = failureInText(text)
  if (failure) return { kind: 'fatal', ...failure }
  return eventPattern.test(text) ? { kind: 'event', text } : { kind: 'malformed', text }
}
