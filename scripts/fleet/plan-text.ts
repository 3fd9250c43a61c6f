import { commandLine } from '../../harness/fleet/command-line.ts'
import type { EngineBox } from '../../harness/fleet/engine.ts'
import type { KnownBoxes } from '../../harness/fleet/known-boxes.ts'
import { type CampaignPlace, jobOf } from '../../harness/fleet/plan.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { counted } from '../../harness/units.ts'
import { buildTable, missing, text } from '../../reports/tables/table.ts'
import type { CommandIo } from '../support/io.ts'
import { factTables } from '../support/terminal.ts'

/** What `fleet run --print` shows: the boxes in their order, and what each is asked. */
export function planText(fleet: Fleet, boxes: KnownBoxes, place: CampaignPlace, io: CommandIo): string {
  const rows = [
    ...boxes.canary.map((box) => ({ box, part: 'canary' })),
    ...boxes.others.map((box) => ({ box, part: 'fleet' })),
  ]
  const usable = rows.filter(({ box }) => box.usable)
  const { notAsked } = boxes
  const table = buildTable<{ readonly box: EngineBox; readonly part: string }>({
    id: 'plan',
    title:
      notAsked === undefined
        ? `${fleet.name}: ${usable.length} of ${counted(rows.length, 'box', 'boxes')} can be measured`
        : `${fleet.name}: ${counted(rows.length, 'box', 'boxes')} in the fleet file`,
    rows,
    rowId: ({ box }) => box.name,
    columns: [
      { id: 'box', head: 'box', align: 'left', cell: ({ box }) => text(plainText(box.name)) },
      { id: 'part', head: 'part', align: 'left', cell: ({ part }) => text(part) },
      {
        id: 'state',
        head: fleet.engine,
        align: 'left',
        cell: ({ box }) => {
          if (notAsked !== undefined) return text('not asked')
          return box.usable ? text('usable', 'good') : text(plainText(box.reason ?? 'not usable'), 'bad')
        },
      },
      {
        id: 'gpus',
        head: 'GPUs',
        align: 'right',
        cell: ({ box }) =>
          box.gpus === null
            ? missing(notAsked === undefined ? `${fleet.engine} counts no GPUs on it` : 'the cluster was not asked')
            : { kind: 'number', value: box.gpus, unit: '', digits: 0 },
      },
    ],
    notes: [
      ...notesOf(fleet),
      ...(notAsked === undefined
        ? []
        : [
            `The cluster was not asked which boxes there are, which can be measured, and their GPUs: ${plainText(notAsked)}`,
          ]),
    ],
  })
  const [first] = usable
  const job = first === undefined ? null : jobOf(fleet, place, { box: first.box.name, attempt: 1, endWithinS: null })
  const line = job === null ? '' : `\nOn ${job.box}:\n  ${plainText(commandLine(job.argv))}\n`
  return `${factTables([table], io)}${line}`
}

function notesOf({ atOnce, timeLimit, window, canary, against }: Fleet): string[] {
  return [
    `Up to ${atOnce} at once, each for at most ${timeLimit / 60} min.`,
    ...(canary === null ? [] : [`The fleet starts after the canary is judged: ${canary.goOn}.`]),
    ...(window === undefined
      ? []
      : [
          `Boxes start on ${window.days.join(', ')} from ${window.from} to ${window.to} (${window.timeZone}), and end in it.`,
        ]),
    ...(against === undefined ? [] : [`Compared with ${against}.`]),
  ]
}
