import { expect, test } from 'vitest'
import { howToRun } from './simulate.ts'

const at = { url: 'http://127.0.0.1:8000', nvidiaSmi: '/tmp/smi' }

test('the command runs what is served, whatever the model', () => {
  expect(howToRun('qwen2.5-7b-instruct', 'rtx-4090', at)).toMatch(
    /To run against it:\n\S.* run --card rtx-4090 --endpoint http:\/\/127\.0\.0\.1:8000 --nvidia-smi \/tmp\/smi$/,
  )
  expect(howToRun('flux.1-dev', 'rtx-4090', at)).toMatch(/with a scenario of flux\.1-dev:\n\S.* run SCENARIO --card/)
  expect(howToRun('none', 'rtx-4090', at)).toBe('')
})
