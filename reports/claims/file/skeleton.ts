import { parse } from 'yaml'
import { formatNames } from '../formats.ts'
import { specRows } from './known-rows.ts'
import type { Dimension } from './units.ts'

/** What a new claims file is for. */
export interface SkeletonOptions {
  /** Keys of the cards that the source compares, one column each, with their names. */
  readonly cards: readonly { readonly key: string; readonly label: string }[]
  /** Where the JSON Schema lies, from the folder of the file; null to name none. */
  readonly schema: string | null
}

/** The same file as JSON, which has no comments. */
export function claimsSkeletonJson({ cards, schema }: SkeletonOptions): string {
  const document = parse(claimsSkeleton({ cards, schema: null })) as object
  return `${JSON.stringify({ ...(schema === null ? {} : { $schema: schema }), ...document }, null, 2)}\n`
}

/** Labels of the rows of a spec sheet. */
const specLabels: Readonly<Partial<Record<keyof typeof specRows, string>>> = {
  vram: 'Memory',
  memory_bandwidth: 'Memory bandwidth',
  memory_bus: 'Memory bus',
  fp16_dense: 'FP16 dense',
  fp8_dense: 'FP8 dense',
  fp8_sparse: 'FP8 with sparsity',
  tdp: 'TDP',
  ecc: 'ECC',
  nvlink: 'NVLink',
}

/**
 * A claims file to fill in, YAML with comments: valid as it is, with empty cells, which claim nothing. Every fact that a
 * verdict may depend on stands in it as null, which says that the source leaves it open.
 */
export function claimsSkeleton({ cards, schema }: SkeletonOptions): string {
  const columns = (indent: string) => cards.map(({ key }) => `${indent}${key}:`).join('\n')
  const specIds = Object.keys(specLabels) as (keyof typeof specRows)[]
  const specs = specIds.map((id) => {
    const dimension: Dimension | null = specRows[id]
    const unit = dimension === null ? (id === 'nvlink' ? 'Yes or No' : 'text, Yes or No') : dimension.base
    return `      - id: ${id} # ${unit}\n        label: ${specLabels[id]}\n${columns('        ')}`
  })
  return `${schema === null ? '' : `# yaml-language-server: $schema=${schema}\n`}# A published table as data: each cell as printed, such as "900 t/s", "~1.4 TB/s", "22-24 t/s", "OOM". Verdicts are computed.
# An empty cell claims nothing. null in a workload: the source was read and does not say. Delete what you do not need.
schema: 1
source:
  title: Title of the page
  publisher: example.com
  published_at: https://example.com/page
cards: # keys of the catalogue, or any other name: then that column is only listed
${cards.map(({ key, label }) => `  ${key}:\n    label: ${label}`).join('\n')}
tables:
  spec: # ids are fixed, units are converted; the id of a row that no check reads begins with other_
    title: Spec sheet
    rows:
${specs.join('\n')}
  fits: # OOM, Tight, Comfortable, Trivial or fits
    title: What fits
    rows:
      - id: model-that-fits
        label: Llama 3.1 70B FP8, 32k context
        workload:
          model: llama-3.1-70b
          quant: fp8
          context: 32768
          kv_cache: null
${columns('        ')}
  throughput: # tokens/s, tokens/s per stream, ms/token, s/image, images/s, steps/s
    title: Throughput
    rows:
      - id: model-rate # one entry per row of the page; each id once
        label: Llama 3.1 8B
        workload:
          model: llama-3.1-8b # family or key of a model
          quant: null # ${formatNames.join(', ')}
          batch: null # requests in flight
          context: null # tokens
          speculation: null # none, eagle-3, mtp, ngram, draft-model, other; null: the source leaves it open
          counts: null # output, input-and-output
${columns('        ')}
      - id: image-time
        label: FLUX.1-dev 1024x1024
        workload:
          model: flux.1-dev # flux.1-dev, sdxl
          steps: null
          arithmetic: null # fp16, fp16-accumulate, fp8, int8, fp4
          step_cache: null # true, false
${columns('        ')}
  economics: # a row with a formula (derived) may have any id
    title: Price and power
    parameters:
      tariff_gbp_per_kwh: 0.18
      hours_per_year: 8760
      amortisation_years: 3
    rows:
      - id: price # GBP
        label: Price
${columns('        ')}
      - id: sustained_power_b32 # W
        label: Power under load
${columns('        ')}
      - id: price_per_gb
        label: Price per GB of memory
        derived: price / spec.vram
${columns('        ')}
text_claims: # sentences; asserts restate one in numbers
  - id: bandwidth
    text: A sentence of the page
    asserts: []
`
}
