import { servingUuids } from '../../physics/serving-gpus.ts'
import type { CardsSnapshot, GpuTelemetry } from '../../record/schema/telemetry.ts'
import { defineGate, everyKind, gateResult, notMeasured } from '../gate.ts'
import { notWatched } from './watched.ts'

/** Texts of nvidia-smi, in a cell or a message, that mean a card which no longer works. */
const fault = /GPU is lost|requires reset|fell off the bus|fallen off the bus/i

/** The values of a faulty card mean nothing. */
export const cardHealth = defineGate({
  question: 'Was the card free of faults from the start of the run to its end?',
  kinds: everyKind,
  required: true,
  thresholds: {},
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Fails when nvidia-smi reports a serving GPU as lost or as requiring a reset, in any cell before, during or after the run; when the driver requires a recovery; when a GPU is no longer listed after the run; and for an Xid error during the run, in the output of nvidia-smi or in the kernel log, if it is readable. Another error text in a cell and a warning of nvidia-smi, such as a corrupt infoROM, warn.',
  evidence: 'The fault with its GPU; else the sources that were read.',
  usualCauses:
    'A riser, power cable or slot with a bad contact; a failing card; a driver that does not fit the kernel. An Xid says which: 79 is a card that left the bus, 48, 63, 64, 94 and 95 are memory, 13 and 31 are mostly software.',
  whatToDo:
    'See `dmesg` for the Xid. Reset the card (`sudo nvidia-smi -r`) or power-cycle the machine, then measure again. If the fault returns, have the card replaced.',
  evaluate({ gpus, telemetry, gpusReason }) {
    if (!telemetry) return notWatched({ gpusReason })
    const serving = servingUuids(gpus)
    if (serving.length === 0) return notMeasured('no serving GPU is known')
    const cells = cellsOf(telemetry, serving)
    const texts = [...cells, ...messagesOf(telemetry)]
    const wrong = unique([
      ...texts.filter((text) => fault.test(text)),
      ...recoveriesOf(telemetry, serving),
      ...xidsOf(telemetry, serving),
      ...vanished(telemetry, serving),
    ])
    if (wrong.length > 0) return gateResult('fail', wrong.join('; '))
    const unread = serving.find(
      (uuid) => ![telemetry.before, telemetry.after].every((snapshot) => isRead(snapshot, uuid)),
    )
    if (unread !== undefined) {
      const reason = telemetry.after.healthReason ?? telemetry.before.healthReason ?? 'its fields were not read'
      return notMeasured(`the health of ${unread} before and after the run: ${reason}`)
    }
    const notes = unique([...cells, ...warningsOf(telemetry)])
    if (notes.length > 0) return gateResult('warn', notes.join('; '))
    const log = telemetry.xids === null || telemetry.xids === undefined ? 'not readable' : 'no Xid'
    return gateResult('pass', `no fault in any field before, during and after the run; kernel log: ${log}`)
  },
})

const healthIn = ({ health }: CardsSnapshot, uuid: string) => health.find((each) => each.uuid === uuid)
const isRead = (snapshot: CardsSnapshot, uuid: string): boolean => healthIn(snapshot, uuid)?.sick !== undefined

/** Error texts in cells of the serving GPUs. A row that lost its UUID is taken for one of them: only they are sampled. */
function cellsOf({ before, after, sampler }: GpuTelemetry, serving: readonly string[]): string[] {
  const seen = serving.flatMap((uuid) =>
    [before, after].flatMap((snapshot) =>
      (healthIn(snapshot, uuid)?.sick ?? []).map(({ field, text }) => ({ uuid, field, text })),
    ),
  )
  const sampled = (sampler?.events ?? []).flatMap((event) =>
    event.kind === 'sick-value' && (serving.includes(event.uuid) || event.uuid.startsWith('[')) ? [event] : [],
  )
  return [...seen, ...sampled].map(({ uuid, field, text }) => `${uuid}: ${field} ${text}`)
}

/** Messages of nvidia-smi in place of rows: why sampling stopped, or why the cards could not be read. */
function messagesOf({ before, after, sampler }: GpuTelemetry): string[] {
  const stops = (sampler?.events ?? []).flatMap((event) => ('reason' in event ? [event.reason] : []))
  return [...stops, ...[before, after].flatMap(({ healthReason }) => healthReason ?? [])]
}

const warningsOf = ({ before, after }: GpuTelemetry): string[] =>
  [before, after].flatMap(({ warnings }) => warnings ?? [])

function recoveriesOf({ before, after }: GpuTelemetry, serving: readonly string[]): string[] {
  return serving.flatMap((uuid) =>
    [before, after].flatMap((snapshot) => {
      const action = healthIn(snapshot, uuid)?.recoveryAction ?? 'None'
      return action === 'None' ? [] : [`${uuid}: the driver requires a recovery: ${action}`]
    }),
  )
}

/** Xid errors of serving GPUs, and those whose GPU is not known. */
function xidsOf({ xids, sampler }: GpuTelemetry, serving: readonly string[]): string[] {
  const logged = (xids ?? []).filter(({ uuid }) => uuid === null || serving.includes(uuid))
  const printed = (sampler?.events ?? []).flatMap((event) =>
    event.kind === 'device-line' && /\bxid\b/i.test(event.text) ? [event.text] : [],
  )
  return [...logged.map(({ uuid, code }) => `${uuid ?? 'a GPU'}: Xid ${code} during the run`), ...printed]
}

function vanished({ before, after }: GpuTelemetry, serving: readonly string[]): string[] {
  if (after.health.length === 0) return []
  return serving
    .filter((uuid) => healthIn(before, uuid) !== undefined && healthIn(after, uuid) === undefined)
    .map(
      (uuid) => `${uuid}: no longer listed after the run${(after.warnings ?? []).map((text) => ` (${text})`).join('')}`,
    )
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)]
