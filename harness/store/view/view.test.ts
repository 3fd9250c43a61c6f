import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { viewCases } from '../../testing/view-cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'view-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

viewCases('a store in a file', async () => ({ kind: 'sqlite', file: join(folder, 'store.sqlite') }))
