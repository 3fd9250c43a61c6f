import { z } from 'zod'
import { runRecordSchema, SCHEMA_VERSION } from '../../harness/record/schema/run.ts'
import { SOAK_CERTIFICATE_VERSION, soakCertificateSchema } from '../../harness/record/schema/soak.ts'
import { configJsonSchema } from '../../harness/scenario/config/json-schema.ts'
import { fleetFileJsonSchema } from '../../harness/scenario/fleet/json-schema.ts'
import { scenarioJsonSchema, suiteJsonSchema } from '../../harness/scenario/json-schema.ts'
import { BOX_RESULT_VERSION, boxResultSchema } from '../../reports/box/result/box-result.ts'
import { claimsJsonSchema } from '../../reports/claims/file/json-schema.ts'
import { comparisonJsonSchema } from '../../reports/compare/comparison-schema.ts'
import { COMPARISON_JSON_VERSION } from '../../reports/compare/json.ts'
import { FLEET_JSON_VERSION, fleetJsonSchema } from '../../reports/fleet/formats/fleet-schema.ts'
import { STANDING_JSON_VERSION, standingJsonSchema } from '../../reports/fleet/standing/standing-json.ts'
import { customerQuoteSchema, QUOTE_JSON_VERSION } from '../../reports/quote/customer/document-schema.ts'
import { quoteInputsJsonSchema } from '../../reports/quote/inputs.ts'
import { INTERNAL_QUOTE_JSON_VERSION, internalQuoteSchema } from '../../reports/quote/internal/document.ts'
import { REPORT_JSON_VERSION } from '../../reports/render/json.ts'
import { reportJsonSchema } from '../../reports/render/report-schema.ts'
import { SIZE_JSON_VERSION, sizeJsonSchema } from '../../reports/size/document-schema.ts'
import { sizeInputsSchema } from '../../reports/size/inputs-schema.ts'
import { SWEEP_JSON_VERSION, sweepJsonSchema } from '../../reports/sweep/document-schema.ts'
import { TUNE_JSON_VERSION, tuneJsonSchema } from '../../reports/tune/document-schema.ts'
import { FLEET_STATUS_VERSION, fleetStatusSchema } from '../fleet/status-document.ts'
import { logLineSchema } from '../live/log-schema.ts'

/** A JSON Schema of the repository, made from the zod schema that the code itself checks with. */
interface SchemaFile {
  /** Path from the root of the repository. */
  readonly file: string
  readonly text: () => string
}

/** Every schema that `npm run schema` writes, and that a test compares with the code. */
export const schemaFiles: readonly SchemaFile[] = [
  { file: 'scenarios/schema.json', text: scenarioJsonSchema },
  { file: 'scenarios/suite.schema.json', text: suiteJsonSchema },
  { file: 'docs/schemas/claims.schema.json', text: claimsJsonSchema },
  { file: 'docs/schemas/config.schema.json', text: configJsonSchema },
  { file: 'docs/schemas/fleet-file.schema.json', text: fleetFileJsonSchema },
  {
    file: 'docs/schemas/run-record.schema.json',
    text: () => schemaOf(runRecordSchema, `joulemark run record, schema version ${SCHEMA_VERSION} (run.json)`),
  },
  {
    file: 'docs/schemas/report.schema.json',
    text: () => schemaOf(reportJsonSchema, `joulemark report, version ${REPORT_JSON_VERSION} (report.json)`),
  },
  {
    file: 'docs/schemas/tune.schema.json',
    text: () => schemaOf(tuneJsonSchema, `joulemark tune, version ${TUNE_JSON_VERSION} (tune --json, tune.json)`),
  },
  {
    file: 'docs/schemas/sweep.schema.json',
    text: () => schemaOf(sweepJsonSchema, `joulemark sweep, version ${SWEEP_JSON_VERSION} (sweep --json)`),
  },
  {
    file: 'docs/schemas/size.schema.json',
    text: () => schemaOf(sizeJsonSchema, `joulemark size, version ${SIZE_JSON_VERSION} (size --json)`),
  },
  {
    file: 'docs/schemas/size-inputs.schema.json',
    text: () =>
      `${JSON.stringify({ ...z.toJSONSchema(sizeInputsSchema, { io: 'input' }), title: 'a case of joulemark size (size --inputs)' }, null, 2)}\n`,
  },
  {
    file: 'docs/schemas/box.schema.json',
    text: () => schemaOf(boxResultSchema, `joulemark box result, version ${BOX_RESULT_VERSION} (box --json)`),
  },
  {
    file: 'docs/schemas/soak.schema.json',
    text: () =>
      schemaOf(
        soakCertificateSchema,
        `joulemark burn-in certificate, version ${SOAK_CERTIFICATE_VERSION} (soak-certificate.json)`,
      ),
  },
  {
    file: 'docs/schemas/quote.schema.json',
    text: () =>
      schemaOf(customerQuoteSchema, `joulemark quote, version ${QUOTE_JSON_VERSION} (quote-….json, quote --json)`),
  },
  {
    file: 'docs/schemas/quote-internal.schema.json',
    text: () =>
      schemaOf(
        internalQuoteSchema,
        `joulemark internal sheet of a quote, version ${INTERNAL_QUOTE_JSON_VERSION} (quote-…-internal.json)`,
      ),
  },
  {
    file: 'docs/schemas/quote-inputs.schema.json',
    text: quoteInputsJsonSchema,
  },
  {
    file: 'docs/schemas/comparison.schema.json',
    text: () =>
      schemaOf(
        comparisonJsonSchema,
        `joulemark comparison, version ${COMPARISON_JSON_VERSION} (compare --format json)`,
      ),
  },
  {
    file: 'docs/schemas/fleet-report.schema.json',
    text: () =>
      schemaOf(
        standingJsonSchema,
        `joulemark fleet report, version ${STANDING_JSON_VERSION} (fleet report --format json)`,
      ),
  },
  {
    file: 'docs/schemas/fleet-status.schema.json',
    text: () =>
      schemaOf(fleetStatusSchema, `joulemark fleet status, version ${FLEET_STATUS_VERSION} (fleet status --json)`),
  },
  {
    file: 'docs/schemas/log-line.schema.json',
    text: () => schemaOf(logLineSchema, 'a line of the log of joulemark (--log-format json, on stderr)'),
  },
  {
    file: 'docs/schemas/fleet.schema.json',
    text: () =>
      schemaOf(fleetJsonSchema, `joulemark fleet, version ${FLEET_JSON_VERSION} (fleet compare --format json)`),
  },
]

/** Schemas of the written documents: default values are always present. Unknown keys are allowed: see docs/schemas/README.md. */
function schemaOf(schema: z.ZodType, title: string): string {
  const json = z.toJSONSchema(schema, {
    io: 'output',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return `${JSON.stringify({ ...json, title }, null, 2)}\n`
}
