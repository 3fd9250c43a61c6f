import { imageModels } from '../../harness/catalogue/image-models.ts'
import { type SizedModel, sizedModels } from '../../harness/catalogue/released/published-sizes.ts'
import type { Source } from '../../harness/catalogue/types.ts'
import { kvBytesPerSequence, kvBytesPerToken } from '../../harness/physics/model/kv.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'

/** docs/catalogue-models.md, whole: what the catalogue derives of each model, beside what was published of it. */
export function cataloguePage(): string {
  const texts = sizedModels()
  const listed = sourcesOf([...texts.map(({ model }) => model.sources), ...imageModels.map(({ sources }) => sources)])
  const numbers = (sources: readonly Source[]): string =>
    sources.map((source) => `[${listed.findIndex((each) => sameSource(each, source)) + 1}](#sources)`).join(' ')
  return [
    intro,
    table(
      textHead,
      [...texts].sort(byWeight).map((each) => [...textCells(each), numbers(each.model.sources)]),
    ),
    afterTexts,
    table(
      [
        'image model',
        'key',
        'denoiser GB',
        'resident GB',
        'TFLOP per pass',
        'passes per step with guidance',
        'sources',
      ],
      imageModels.map((model) => [
        link(model.label, model.servedAs[0]),
        `\`${model.key}\``,
        (model.denoiserBytes / 1e9).toFixed(2),
        (model.residentBytes / 1e9).toFixed(2),
        model.tflopPerPass.toFixed(1),
        String(model.guidedPasses),
        numbers(model.sources),
      ]),
    ),
    '## Sources',
    listed.map(({ source, date, kind }, at) => `${at + 1}. ${plain(source)} (${kind}, ${date})`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

const intro = `# Models of the catalogue

<!-- Written by npm run docs from harness/catalogue; edit the catalogue, not this page. -->

Every figure of a language model is derived from its published \`config.json\`: each matrix of each layer is counted, and its
bytes by the format that the file states. A test holds the parameters to the published number (to the digit, but for some
thousand parameters of routers) and the bytes to the published size (within 0.1 %).

## Language models

Smallest checkpoint first. **Parameters**: as derived, then as published. Where a checkpoint has a layer for multi-token
prediction, it is named apart: a server leaves it out unless it decodes speculatively. An encoder of images is included.
**GB**: 10⁹ bytes of the checkpoint, as derived and as published; "none found" where no source states a size.
**KV B/token**: of the whole model, in 16 bits, before any sliding window is full; a model with linear attention or Mamba
layers also keeps a state of constant size per sequence.`

const afterTexts = '## Image models'

const textHead = [
  'model',
  'key',
  'parameters',
  'published',
  'GB',
  'published GB',
  'KV B/token',
  'active parameters',
  'licence',
  'sources',
]

function textCells(sized: SizedModel): string[] {
  const { model, published, licence, draftParams } = sized
  const state = kvBytesPerSequence(model, 2, 0)
  return [
    link(model.label, model.servedAs[0]),
    `\`${model.key}\``,
    grouped(model.totalParams) + (draftParams === 0 ? '' : ` + ${grouped(draftParams)}`),
    grouped(published.params),
    (checkpointBytes(sized) / 1e9).toFixed(2),
    published.bytes === null ? 'none found' : (published.bytes / 1e9).toFixed(2),
    grouped(kvBytesPerToken(model, 2)) + (state === 0 ? '' : ` and ${(state / 2 ** 20).toFixed(1)} MiB`),
    `${((model.activeLinearParams + model.vocab * model.hiddenSize) / 1e9).toFixed(1)}e9`,
    licence,
  ]
}

/** The whole checkpoint as derived. */
const checkpointBytes = ({ model, draftBytes }: SizedModel): number => weightBytes(model) + draftBytes

const byWeight = (a: SizedModel, b: SizedModel): number => checkpointBytes(a) - checkpointBytes(b)

const grouped = (value: number): string => value.toLocaleString('en-GB')
const link = (label: string, name: string | undefined): string => `[${label}](https://huggingface.co/${name})`
/** A text that cannot end a cell or begin markup. */
const plain = (text: string): string => text.replaceAll(/[|<>*_]/g, (sign) => `\\${sign}`)

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const sameSource = (a: Source, b: Source): boolean => a.source === b.source && a.date === b.date && a.kind === b.kind

const sourcesOf = (lists: readonly (readonly Source[])[]): Source[] =>
  lists.flat().filter((source, at, all) => all.findIndex((each) => sameSource(each, source)) === at)
