import { expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import { scenarioText } from '../run/scenario-text.ts'
import { askedFor, purposeNames, purposeOf, purposes } from './purposes.ts'

const model = { name: 'llama-3.1-8b-instruct-fp8', label: 'Llama 3.1 8B', from: 'a test' }

test.each(purposeNames)('the scenario for %s is valid, and is the load that its title says', async (name) => {
  const made = scenarioText(askedFor(name), model)
  const scenario = await scenarioOfFlags(made.text, made.flagOf, catalogueNames)
  if (scenario.kind !== 'text' || scenario.load.shape !== 'closed') throw new Error('not a closed loop of text')
  const { concurrency } = scenario.load
  const { title } = purposes[name]
  expect(title).toContain(name === 'single' ? 'one user at a time' : `${concurrency} `)
  expect(title).toContain(`${scenario.prompt.tokens} tokens in, ${scenario.output.tokens} out`)
})

test.each([
  ['', 'chat'],
  [' 2 ', 'documents'],
  ['Batch', 'batch'],
  ['5', null],
  ['x', null],
])('the answer %j names %s', (answer, name) => {
  expect(purposeOf(answer)).toBe(name)
})
