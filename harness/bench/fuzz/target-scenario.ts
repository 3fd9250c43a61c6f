import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogueNames } from '../../catalogue/find.ts'
import { loadScenarios } from '../../scenario/load-file.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { expectRefusal } from './refusal.ts'

const scenarios = fileURLToPath(new URL('../../../scenarios/', import.meta.url))
const names = [
  'llama-3.1-8b-fp8-batch32',
  'rag-8b-200-mau',
  'sdxl-1024',
  'qlora-llama-3.1-8b',
  'llama-3.1-8b-fp8-sessions-sweep',
  'provisioning',
]
const folder = mkdtempSync(join(tmpdir(), 'fuzz-scenario-'))
const file = join(folder, 'scenario.yaml')

/** Scenario and suite files: a scenario, or `bad-input` in lines that name the file. */
export const scenarioTarget: FuzzTarget = {
  name: 'scenario',
  holds: 'a file is a scenario, or is refused with bad-input, file and line; never a stack trace',
  covers: [
    'scenario/yaml-source.ts',
    'scenario/load-file.ts',
    'scenario/issues.ts',
    'scenario/schema.ts',
    'scenario/schema-parts.ts',
    'scenario/load-shape.ts',
    'scenario/job-schema.ts',
    'catalogue/nearest.ts',
  ],
  seeds: names.map((name) => readFileSync(join(scenarios, `${name}.yaml`))),
  dictionary: [
    '&a ',
    '*a',
    '<<: *a\n',
    '!!binary ',
    '!!set ',
    '? ',
    '__proto__: 1\n',
    'constructor: {}\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '\n  ',
    '"',
    "'",
    '|',
    '>',
    '%YAML 1.1\n',
    '---\n',
    'load:\n',
    'shape: open\n',
    'scenarios:\n  - x.yaml\n',
    '.inf',
    '.nan',
    '1e999',
    '0x1f',
    'null',
    '~',
    'cards:\n  rtx-4090: {}\n',
  ],
  async check(input) {
    writeFileSync(file, input)
    // a suite is refused in the name of the file that it lists
    await expectRefusal(input.includes('scenarios') ? '' : file, async () => {
      await loadScenarios([file], catalogueNames)
    })
  },
  close: () => rmSync(folder, { recursive: true, force: true }),
}
