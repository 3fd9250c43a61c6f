import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CommandIo } from '../support/io.ts'
import { type ServeFlags, serve } from './serve.ts'

/** What `serve --print` shows for a bundled scenario, and its exit code. */
async function printed(name: string, flags: Partial<ServeFlags> = {}): Promise<{ code: number; text: string }> {
  let text = ''
  const io: CommandIo = {
    stdout: (written) => {
      text += written
    },
    stderr: { isTTY: false, color: false, write: () => undefined },
    env: {},
    columns: null,
    color: false,
  }
  const all = { card: 'rtx-4090', print: true, port: 8000, timeoutMinutes: 1, cache: '/cache', ...flags }
  const code = await serve(name, all, io, new AbortController().signal)
  return { code, text }
}

test.each([
  ['llama-3.1-8b-fp8-batch32', '--model neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'],
  ['sdxl-1024', 'vllm serve stabilityai/stable-diffusion-xl-base-1.0 \\\n  --omni'],
  ['qwen3-embedding-0.6b-512', '--model Qwen/Qwen3-Embedding-0.6B \\\n  --runner pooling'],
  ['bge-reranker-v2-m3-50', '--model BAAI/bge-reranker-v2-m3 \\\n  --runner pooling'],
])('serve --print %s', async (name, words) => {
  const { code, text } = await printed(name)
  expect(code).toBe(0)
  expect(text).toMatch(/^docker run --rm \\\n/)
  expect(text).toContain(words)
})

test('serve --print of a training is its container with the command in it', async () => {
  const { code, text } = await printed('qlora-llama-3.1-8b')
  expect(code).toBe(0)
  const [, inside] = text.split('joulemark-training ')
  expect(inside?.replaceAll(' \\\n ', '')).toMatch(
    /^python3 \S+\/scripts\/train-qlora\.py --model meta-llama\/Llama-3\.1-8B-Instruct --batch 1 .*--gradient-checkpointing\n$/,
  )
})

test('a sweep is served for its widest point, and a search for the highest rate at its highest', async () => {
  expect((await printed('llama-3.1-8b-fp8-sessions-sweep')).text).toContain('--max-num-seqs 100 ')
  const path = join(mkdtempSync(join(tmpdir(), 'search-')), 'search.yaml')
  const load = 'load: { shape: sweep, highestRate: { fromPerS: 1, toPerS: 16 }, maxInFlight: 64 }'
  const texts = 'prompt: { tokens: 512 }\noutput: { tokens: 128 }\nslo: { ttftMs: 500 }'
  writeFileSync(path, `name: search\ntitle: Search\nkind: text\nmodel: llama-3.1-8b-instruct-fp8\n${load}\n${texts}\n`)
  expect((await printed(path)).text).toContain('--max-num-seqs 64 ')
})

test('what cannot be served is a comment with the reason, never a command, and its exit code says so', async () => {
  const { code, text } = await printed('flux.1-dev-1024')
  expect(code).toBe(1)
  expect(text).toMatch(/^# cannot work: 33\.9 GB of weights.* into 25\.3 GB: it does not fit; would fit: .*\n$/)
})

test('a training is not served, and what runs it is said', async () => {
  await expect(printed('qlora-llama-3.1-8b', { print: false })).rejects.toThrow(
    /qlora-llama-3\.1-8b is a training, which serves nothing: joulemark box runs it/,
  )
})
