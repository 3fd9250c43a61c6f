import { z } from 'zod'
import { partKinds } from '../../../harness/record/schema/box.ts'
import { soakBodySchema } from '../../../harness/record/schema/soak.ts'

/** Version of the document; docs/schemas/README.md says when it changes. */
export const BOX_RESULT_VERSION = 1

/** What is said of a card and of the box. A simulated box is `not-measured`; `wouldBe` says what a real one would be. */
const verdictSchema = z.enum(['accepted', 'rejected', 'not-measured'])
const wouldBe = verdictSchema.nullable().describe('what a real one with these figures would be; null for a live one')
const nullableText = z.string().nullable()
const nullableNumber = z.number().nullable()
const share = z.number().describe('a share: 0.05 is 5 %')
const part = z.enum(partKinds)

const reasonSchema = z.strictObject({
  what: z.string().describe('what was found, with its numbers'),
  cause: nullableText.describe('the likely cause; null where nothing points to one'),
  fix: nullableText.describe('what to do; null where there is no advice'),
})

const figureSchema = z.strictObject({
  part,
  scenario: z.string(),
  starts: z.int().nonnegative().describe('starts of the server that the figure is the mean of'),
  metric: z.string(),
  label: z.string(),
  unit: z.string(),
  digits: z.int().nonnegative().describe('decimals that people see'),
  measured: nullableNumber,
  low: nullableNumber.describe('edge of the range; null where nothing is known of that side'),
  high: nullableNumber,
  expected: nullableNumber.describe('of an average healthy card; null without a range'),
  basis: z.string().describe('where the range comes from'),
  verdict: z.enum(['pass', 'fail', 'not-measured']),
  wouldBe: z.enum(['pass', 'fail']).nullable().describe('of a simulated one; null for a live one'),
  why: z.array(z.string()),
  remarks: z.array(z.string()),
})

const comparisonSchema = z.strictObject({
  with: z.enum(['siblings', 'alone']).describe('the other cards of the server, or the same card with the others idle'),
  part: part.describe('of the figure that is judged'),
  scenario: z.string(),
  metric: z.string(),
  label: z.string(),
  unit: z.string(),
  digits: z.int().nonnegative(),
  measured: z.number(),
  reference: z.number().describe('median of the other cards, or the figure of the same card alone'),
  worseBy: share.describe('by how much it is worse than the reference, as a share of it; negative if it is better'),
  margin: share.describe('by how much it may be worse'),
  marginBasis: z
    .enum(['measured', 'derived', 'assumed'])
    .describe('what the spread behind the margin rests on: public measurements, a formula over them, or an assumption'),
  verdict: z.enum(['pass', 'fail', 'remark']).describe('remark: beyond the margin, and named without deciding'),
  cause: nullableText,
})

const cardSchema = z.strictObject({
  index: z.int().nullable(),
  uuid: z.string(),
  name: z.string(),
  serial: nullableText,
  vbios: nullableText,
  slot: nullableText.describe('PCI address'),
  powerLimitW: nullableNumber,
  memoryTotalMiB: nullableNumber,
  eccMode: nullableText,
  pcie: nullableText.describe('link as read, such as "x16 of x16"'),
  numaNode: z.int().nullable().describe('processor socket of its link; null if it is not known'),
  verdict: verdictSchema,
  wouldBe,
  reasons: z.array(reasonSchema).describe('why it is rejected, or why it was not measured; most telling first'),
  remarks: z.array(z.string()).describe('what was noticed and does not decide'),
  figures: z.array(figureSchema),
  comparisons: z.array(comparisonSchema),
})

const joinedSchema = z.strictObject({
  cards: z.array(z.string()).describe('UUIDs of the cards that served one model'),
  links: nullableText.describe('how they are connected'),
  verdict: verdictSchema,
  wouldBe,
  reasons: z.array(reasonSchema),
  figures: z.array(figureSchema),
})

const soakSchema = z
  .union([
    soakBodySchema
      .omit({ joulemarkSoak: true, tool: true, source: true, hostname: true, records: true })
      .extend({ signedBy: nullableText.describe('public key of its burn-in certificate; null if it is not signed') }),
    z.strictObject({ reason: z.string().describe('why there is no burn-in certificate') }),
  ])
  .nullable()
  .describe('the soak, as its burn-in certificate has it; null if none was asked for')

const recordSchema = z.strictObject({
  id: z.string(),
  part: part.nullable(),
  cards: z.array(z.string()).describe('UUIDs of the cards that served'),
  scenario: z.string(),
  status: z.string(),
  quotable: z.boolean(),
  manifestSha256: nullableText.describe('digest of the record and its files, as `verify` prints it'),
  signedBy: nullableText.describe('public key; null if it is not signed'),
})

/** The result of a night of `box`: one document, the source of its text, its page and its JSON. */
export const boxResultSchema = z.strictObject({
  version: z.literal(BOX_RESULT_VERSION),
  tool: z.strictObject({ name: z.literal('joulemark'), version: z.string(), commit: nullableText }),
  judgedAt: z.iso.datetime(),
  verdict: verdictSchema,
  wouldBe,
  model: z.string().describe('the cards in words, such as "4 x RTX 4090"'),
  setting: z
    .string()
    .optional()
    .describe('what the cards were set to for this measurement, such as "400 W"; absent: they were measured as found'),
  reasons: z.array(reasonSchema).describe('of the server itself: a cause that hits every card comes once, and here'),
  host: z
    .strictObject({
      hostname: z.string(),
      kernel: z.string(),
      cpu: z.string(),
      cpuCount: z.int(),
      memoryGiB: z.number(),
      driver: nullableText,
      cuda: nullableText,
      engines: z.array(z.string()).describe('engine and version of every server, and its image'),
      stateSha256: nullableText.describe('fingerprint of driver and cards; null if it was not read'),
    })
    .nullable()
    .describe('null if nothing was measured'),
  cards: z.array(cardSchema),
  joined: z.array(joinedSchema).describe('models over several cards; empty where the plan had none'),
  notMeasured: z
    .array(z.strictObject({ name: z.string(), cards: z.array(z.string()), reason: z.string() }))
    .describe('what was planned and left no figure'),
  leftOut: z.array(z.strictObject({ name: z.string(), reason: z.string() })).describe('what was not planned to run'),
  soak: soakSchema,
  unseen: z
    .array(z.strictObject({ part: z.string(), share: share.nullable() }))
    .describe('the largest loss of an average card that this night could have missed; null: any, no figure shows it'),
  findings: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(['warn', 'fail']),
      read: z.string(),
      why: z.string(),
      fix: z.string(),
    }),
  ),
  time: z.strictObject({
    startedAt: nullableText,
    endedAt: nullableText,
    plannedMinutes: nullableNumber.describe('without downloads; null if it is not known'),
    measuredMinutes: nullableNumber.describe('from the first record to the end of the last'),
    serverStarts: z.int().nonnegative(),
  }),
  records: z.array(recordSchema),
})

export type BoxResult = z.infer<typeof boxResultSchema>
export type BoxVerdict = z.infer<typeof verdictSchema>
export type CardResult = BoxResult['cards'][number]
export type JoinedResult = BoxResult['joined'][number]
export type FigureResult = CardResult['figures'][number]
export type Comparison = CardResult['comparisons'][number]
export type Reason = CardResult['reasons'][number]
