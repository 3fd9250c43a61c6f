import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../scenario/config/load-config.ts'
import { newConfigText } from '../../scenario/config/new-file.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { expectRefusal } from './refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'fuzz-config-'))
const file = join(folder, 'joulemark.yaml')

const dated = 'source: an offer, date: 2026-11-20'
const whole = `cards:
  mine: { smiName: NVIDIA Mine, ${dated}, memoryBusBits: 256, memoryDataRateGbps: { value: 21, source: x }, fp8Tflops: null, computeCapability: 8.9, pcie: { gen: 4, lanes: 16 } }
prices:
  mine: { purchaseGbp: 750, rentGbpPerMonth: 40.5, ${dated} }
electricity: { tariffGbpPerKwh: 0.25, pue: 1.3, hostOverhead: 1.2 }
powerLimitsW: { mine: 250 }
utilisation: 60%
writeOffMonths: 36
seller: { name: Example Ltd }
quote: { marginShareOfPrice: 25%, vatRate: 0.2, box: { capexGbp: 9000 }, slo: { ttftMs: 500 } }
key: ~/key.pem
`

/** joulemark.yaml: a configuration, or `bad-input` in lines that name the file. */
export const configTarget: FuzzTarget = {
  name: 'config',
  holds: 'a file is a configuration, or is refused with bad-input, file and line; never a stack trace',
  covers: [
    'scenario/config/load-config.ts',
    'scenario/config/card-schema.ts',
    'scenario/config/secrets.ts',
    'scenario/issues.ts',
    'scenario/read-yaml.ts',
    'catalogue/own/complete.ts',
    'secret-mask.ts',
  ],
  seeds: [
    Buffer.from(whole),
    Buffer.from(
      newConfigText({ unknown: [], withoutPrice: [], priced: [] }, 'config.schema.json').replaceAll('\n# ', '\n'),
    ),
  ],
  dictionary: [
    '__proto__: 1\n',
    'constructor: {}\n',
    'sk-proj-1234567890abcdef',
    '-----BEGIN PRIVATE KEY-----',
    'value: ',
    'smiName: NVIDIA GeForce RTX 4090',
    'smiMemoryMiB: 49140',
    'null',
    '~',
    '.inf',
    '.nan',
    '1e999',
    '-1',
    '0',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '\n  ',
    '&a ',
    '*a',
    '"',
  ],
  async check(input) {
    writeFileSync(file, input)
    await expectRefusal(file, async () => {
      await loadConfig({ folder, env: { HOME: folder, OPENAI_API_KEY: 'a-key-of-42-words' }, named: file })
    })
  },
  close: () => rmSync(folder, { recursive: true, force: true }),
}
