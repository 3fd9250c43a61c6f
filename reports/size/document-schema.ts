import { z } from 'zod'

/** The document of `size --json` as a schema: for whoever reads one, and for a test that the writer keeps to it. */

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const SIZE_JSON_VERSION = 1

const share = z.number().describe('a share: 0.05 is 5 %')
const gbp = z.number().nullable().describe('pounds per month, unrounded; null: no price is known')
const load = z.number().describe('in the unit of the peak load')

const costKind = z
  .enum(['rent', 'card-rent', 'cards'])
  .describe('rent: of a whole server, all in; card-rent, cards: of its cards alone, without the server around them')

const boxSchema = z.strictObject({
  value: load.describe('highest load of one server within the SLO'),
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  conservative: load.describe('what servers are counted by'),
})

const cardSchema = z.strictObject({
  card: z.strictObject({ key: z.string(), label: z.string() }),
  gpus: z.int().positive().describe('GPUs of a server'),
  basis: z
    .enum(['measured', 'interpolated', 'extrapolated', 'expected'])
    .nullable()
    .describe('how the highest load was got; null where there is none'),
  from: z.string(),
  simulated: z.boolean(),
  quotable: z.boolean(),
  whyNotQuotable: z.string().nullable(),
  reason: z.string().nullable().describe('why there is no highest load'),
  highestLoad: boxSchema.nullable(),
  limitedBy: z
    .strictObject({
      what: z.enum(['kv-cache', 'places', 'decode', 'prefill', 'not-measured']),
      slo: z.enum(['ttft', 'tpot', 'e2e']).nullable(),
    })
    .nullable(),
  requestsInServer: z.number().nullable().describe('mean, at the highest load'),
  usersPerServer: z.number().nullable(),
  servers: z
    .strictObject({
      needed: z.int().describe('with growth and spare servers'),
      today: z.int(),
      fewest: z.int().nullable().describe('if every server takes the high end of its interval'),
    })
    .nullable(),
  headroomShare: share.nullable(),
  serverGbpPerMonth: gbp,
  gbpPerMonth: gbp,
  costKind: costKind.nullable().describe('what the cost is of; null: no price is known'),
  gbpPerUserPerMonth: gbp,
  notes: z.array(z.string()),
  runs: z.array(z.string()).describe('ids of run records'),
})

/** docs/schemas/size.schema.json is made from this. */
export const sizeJsonSchema = z.strictObject({
  format: z.literal('joulemark-size'),
  version: z.literal(SIZE_JSON_VERSION),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  title: z.string(),
  model: z.string(),
  slo: z.strictObject({ ttftMs: z.number().optional(), tpotMs: z.number().optional(), e2eMs: z.number().optional() }),
  goodShare: share,
  request: z
    .strictObject({ promptTokens: z.int(), cachedTokens: z.int(), outputTokens: z.int() })
    .describe('mean lengths in tokens of the requests that are asked about; of sessions, of their turns'),
  demand: z.strictObject({
    users: z.number().nullable(),
    requestsPerS: z.number().nullable(),
    requestsPerUserHour: z.number().nullable(),
    pauseS: z.number().nullable(),
    burstiness: z.number(),
    peakFactor: z.number(),
    growthShare: share,
    growthMonths: z.int().nullable(),
    spare: z.int(),
  }),
  peak: z.strictObject({ unit: z.enum(['requests/s', 'users']), today: z.number(), grown: z.number() }),
  money: z.strictObject({
    years: z.number(),
    tariffGbpPerKwh: z.number(),
    utilisation: share,
    pue: z.number(),
    source: z.string(),
  }),
  recommendation: z
    .strictObject({
      card: z.string(),
      second: z.string().nullable(),
      marginGbpPerMonth: z.number().nullable().describe('what the second costs more'),
      isClear: z.boolean().describe('whether the intervals leave no other card that may cost as little'),
      costKind: costKind.describe('what all compared costs are of; a card with a cost of another kind is not compared'),
    })
    .nullable()
    .describe('null where no card has a price, and where costs of two kinds leave nothing to compare'),
  said: z.array(z.string()).describe('the answer in sentences'),
  cards: z.array(cardSchema),
})
