import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeModelFolder } from '../../../harness/testing/model-folder.ts'
import { blockWith } from '../../../harness/testing/page-blocks.ts'
import { addArchive } from './archive.ts'
import type { Place } from './place.ts'
import { addQuotable } from './records.ts'
import type { PagePlan } from './rules.ts'
import { runCommand } from './run-command.ts'
import { addShort } from './short-scenario.ts'

/** The pages whose commands answer a customer, describe models and install. */
export const sellingPages: Readonly<Record<string, PagePlan>> = {
  'docs/quote.md': {
    prepare: async (place) => {
      await addQuotable(place, 'results')
      await addQuotable(place, 'results/a')
      await addQuotable(place, 'results/b', { card: 'l40s' })
      const { code, text } = await runCommand('joulemark store push results/b', place)
      if (code !== 0) throw new Error(text)
    },
    rules: [
      { command: / results --write-inputs /, leaves: ['inputs.yaml'] },
      { command: / results\/a results\/b --write-inputs /, leaves: ['options.yaml'] },
      { command: / quote .*--inputs /, before: completePrices, more: '--no-pdf' },
    ],
  },
  'docs/customer-report.md': {
    prepare: async (place) => {
      await addQuotable(place, 'results')
      writeFileSync(
        join(place.folder, 'logo.svg'),
        '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8H0z"/></svg>',
      )
    },
    rules: [{ command: / report /, leaves: ['reports/out/customer.html', 'reports/out/customer-fragment.html'] }],
  },
  'docs/claims.md': {
    rules: [
      { command: / claims new /, leaves: ['table.yaml'] },
      {
        command: / report --claims table\.yaml --all/,
        before: ({ folder }) => writeFileSync(join(folder, 'table.yaml'), blockWith('claims.md', 'yaml', 'schema: 1')),
      },
    ],
  },
  'docs/models.md': {
    prepare: async (place) => {
      makeModelFolder(join(place.folder, 'my-model'), MODEL)
      await addShort(place, 'llama-3.1-8b-fp8-batch32', 'my-scenario')
    },
    rules: [
      { command: / model list/, says: /my-model/ },
      { command: / simulate /, more: '--port 0', until: /nvidia-smi {2}\S/ },
    ],
  },
  'docs/install.md': {
    server: '--card rtx-4090 --model none',
    prepare: ({ folder, names }) => addArchive(folder, dirname(dirname(names['program']!))),
    rules: [{ command: / doctor$|\/joulemark doctor/, codes: [0, 1], says: /^(?:NOT )?fit to be measured/m }],
  },
}

/** What the reader does with new inputs files: a price for each option. */
function completePrices({ folder }: Place): void {
  for (const file of globSync('*.yaml', { cwd: folder })) {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('# pricePerMonth:', 'pricePerMonth:'))
  }
}

/** The configuration of a small Llama. */
const MODEL = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
}
