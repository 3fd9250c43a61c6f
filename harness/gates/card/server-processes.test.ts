import { expect, test } from 'vitest'
import { engineEntries } from '../../engines/table.ts'
import { isDesktopName, isServerName } from './server-processes.ts'

test.each([
  'VLLM::EngineCore',
  'sglang::scheduler_TP0',
  '/usr/local/bin/llama-server',
  'trtllm-serve',
  'text-generation-server',
  '/usr/local/bin/ollama',
  'C:\\Users\\me\\AppData\\Local\\Programs\\Ollama\\ollama.exe',
  'tritonserver',
])('%s is a server and no desktop', (name) => {
  expect([isServerName(name), isDesktopName(name)]).toEqual([true, false])
})

test.each(['python3', '/usr/lib/xorg/Xorg', 'train.py', ''])('%s is no server', (name) => {
  expect(isServerName(name)).toBe(false)
})

test('names are compared in lower case', () => {
  for (const [, { processNames }] of engineEntries) {
    for (const name of processNames) expect(name).toBe(name.toLowerCase())
  }
})
