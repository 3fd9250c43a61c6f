import { expect, test } from 'vitest'
import { engineEntries } from '../../engines/table.ts'
import { isDesktopName, isServerName, serverElsewhere } from './server-processes.ts'

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

test('servers of their own on the other cards of a box are not taken for a part of this one', () => {
  const on = (uuid: string, name: string, pid: number) => ({ uuid, pid, name, usedMiB: 20_000 })
  const own = [on('GPU-0', 'VLLM::EngineCore', 1), on('GPU-1', 'VLLM::EngineCore', 2)]
  expect(serverElsewhere(own, ['GPU-0'], 9000)).toBe(null)
  const pairs = [0, 1, 2, 3].map((gpu) => on(`GPU-${gpu}`, `VLLM::Worker_TP${gpu % 2}`, gpu))
  expect(serverElsewhere(pairs, ['GPU-0', 'GPU-1'], 9000)).toBe(null)
  // a rank that no serving card has is a part of this server
  expect(serverElsewhere(pairs, ['GPU-0'], 9000)).toContain('a part of the server is on a card that is not named')
})
