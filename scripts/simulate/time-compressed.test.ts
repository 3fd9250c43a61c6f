import { expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { timeCompressed } from './time-compressed.ts'

const shortened = async (name: string) => {
  const [file] = await loadScenarios([name], catalogueNames)
  return timeCompressed(file!)
}

test('prompts and answers are an eighth; a message still has room for the template of the chat', async () => {
  expect(await shortened('llama-3.1-8b-fp8-batch32')).toMatchObject({ prompt: { tokens: 64 }, output: { tokens: 32 } })
  expect(await shortened('llama-3.1-8b-fp8-chat-lengths')).toMatchObject({
    prompt: { tokens: { min: 16, mean: 125, max: 1000 } },
    output: { tokens: { min: 1, mean: 31.25 } },
  })
})
