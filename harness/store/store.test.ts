import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { storeCases } from '../testing/store/store-cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0

storeCases('a store in a file', async () => ({ kind: 'sqlite', file: join(folder, `${++stores}`, 'store.sqlite') }))
