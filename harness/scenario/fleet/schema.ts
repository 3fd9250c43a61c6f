import { z } from 'zod'
import { positiveInt } from '../schema-parts.ts'
import { ansibleSchema, kubernetesSchema, slurmSchema } from './engine-schemas.ts'
import { boxPattern, durationText, lineOfText } from './field-parts.ts'

/** FLEET.yaml: which boxes are measured, with what, by which engine and when. Unknown keys are errors. */

/** Days of a week, in their order, as a window names them. */
const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time in quotes, such as "22:00"')

const windowSchema = z
  .strictObject({
    days: z
      .array(z.enum(weekDays))
      .min(1)
      .max(7)
      .default([...weekDays])
      .describe('days on which the window opens; one over midnight ends on the next day'),
    from: timeOfDay.describe('start of the window, such as "22:00"'),
    to: timeOfDay.describe('end of the window; a time before `from` is on the next day'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'expected a time zone such as Europe/London or UTC')
      .describe('time zone of the times, such as Europe/London: nights on which clocks change are counted right'),
  })
  .describe('a box starts only in this time, and only if timeLimit ends in it too')

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }) !== null
  } catch {
    return false
  }
}

/** What a canary must show before the other boxes start. */
const goOnRules = ['no-regression', 'equivalent', 'always'] as const

const canarySchema = z
  .strictObject({
    boxes: z.array(boxPattern).min(1).max(100).describe('names of boxes, in the form of `boxes`'),
    goOn: z
      .enum(goOnRules)
      .default('no-regression')
      .describe(
        'no-regression: measured, and no loss is shown; equivalent: a loss is excluded; always: only measured, whatever the result',
      ),
  })
  .describe('boxes that are measured and judged before all others; the others start only if they are good')

export const fleetFileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/, 'expected up to 32 letters, digits and dashes')
    .describe('name of the fleet, and part of the names of its jobs'),
  engine: z
    .enum(['slurm', 'ansible', 'kubernetes'])
    .describe('what starts the boxes, queues them and keeps their logs'),
  boxes: z
    .array(boxPattern)
    .min(1)
    .max(10_000)
    .describe('names of nodes, as "gpu[1-8,10]"; with ansible also groups of the inventory'),
  exclude: z.array(boxPattern).max(10_000).default([]).describe('boxes that are omitted, in the same form'),
  do: z
    .enum(['run', 'box'])
    .default('run')
    .describe('run: scenarios on the model server that each box runs; box: the cards, on servers that it starts'),
  scenarios: z
    .array(lineOfText)
    .max(1000)
    .default([])
    .describe('names of bundled scenarios and suites, or files, relative to this file; with `box` its --suite'),
  full: z.boolean().default(false).describe('with `box`: all bundled scenarios and several starts'),
  endpoint: lineOfText
    .default('http://127.0.0.1:8000')
    .describe('with `run`: address of the model server, as each box sees it'),
  flags: z.array(lineOfText).max(200).default([]).describe('further flags of `run` or `box`, one word for each entry'),
  against: lineOfText
    .optional()
    .describe(
      'what the boxes are compared with: the folder of an earlier `fleet run` (relative to this file), store:QUERY, or `baseline` for the baselines in the results folder of each box',
    ),
  store: z
    .string()
    .regex(/^(sqlite:.|postgres(ql)?:\/\/)/, 'expected sqlite:FILE or postgres://USER@HOST/DATABASE')
    .max(4096)
    .optional()
    .describe('store that the boxes push to and that the verdict reads; the password is in the environment of each'),
  results: lineOfText
    .optional()
    .describe(
      'folder that all boxes and this machine share, absolute: box X writes to X in it. Without it Slurm uses the --out folder, and other engines fetch the records',
    ),
  folder: lineOfText
    .default('joulemark-results')
    .describe('where nothing is shared: folder for the records on each box, from the home folder of the user there'),
  atOnce: positiveInt.max(10_000).default(4).describe('boxes that may be measured at the same time'),
  canary: canarySchema.optional(),
  window: windowSchema.optional(),
  timeLimit: durationText.prefault('2h').describe('longest time of one box, such as 90m or 2h'),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(1)
    .describe('further tries of a box that the engine lost (node failed, job preempted); never for a bad result'),
  command: z
    .union([lineOfText, z.array(lineOfText).min(1).max(50)])
    .default('joulemark')
    .describe('how joulemark is called on a box: one word, or a list of words'),
  slurm: slurmSchema.optional().describe('with `engine: slurm`'),
  ansible: ansibleSchema.optional().describe('with `engine: ansible`'),
  kubernetes: kubernetesSchema.optional().describe('with `engine: kubernetes`'),
})

/** A FLEET.yaml as it was checked. */
export type FleetFile = z.infer<typeof fleetFileSchema>
