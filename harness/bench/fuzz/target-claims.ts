import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseClaimsText } from '../../../reports/claims/file/parse.ts'
import { claimsSkeleton } from '../../../reports/claims/file/skeleton.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { expectRefusal } from './refusal.ts'

const fixtures = fileURLToPath(new URL('../../../reports/claims/fixtures/', import.meta.url))
const NAME = 'page.yaml'

/** Files of claims: claims, or `bad-input` in lines that name the file. */
export const claimsTarget: FuzzTarget = {
  name: 'claims',
  holds: 'a file is claims, or is refused with bad-input and file; never a stack trace',
  covers: [
    'file/parse.ts',
    'file/cells.ts',
    'file/cell-text.ts',
    'file/normalise.ts',
    'file/references.ts',
    'file/row-keys.ts',
    'file/units.ts',
    'scenario/yaml-source.ts',
    'scenario/issues.ts',
  ],
  seeds: [
    Buffer.from(claimsSkeleton({ cards: [{ key: 'rtx-4090', label: 'RTX 4090' }], schema: null })),
    ...readdirSync(fixtures)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(join(fixtures, name))),
  ],
  dictionary: [
    '900 t/s',
    '~1.4 TB/s',
    '22-24 t/s',
    'OOM',
    'Yes',
    '1e999',
    '-5 GB',
    '£0.25',
    '&a ',
    '*a',
    '<<: *a\n',
    '__proto__: 1\n',
    '- id: x\n',
    'null',
    '[]',
    '{}',
    ': ',
    '\n  ',
    '"',
    'rtx-4090:',
    'tables:\n',
    'rows:\n',
    '24 GB',
    '450 W',
    '1 TFLOPS',
    '\xe2\x80\x93',
  ],
  async check(input) {
    await expectRefusal(NAME, () => {
      parseClaimsText(input.toString('utf8'), NAME)
    })
  },
}
