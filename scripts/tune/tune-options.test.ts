import { expect, test } from 'vitest'
import { saidIo } from '../../harness/testing/said-io.ts'
import { openLive } from '../live/live.ts'
import type { TuneFlags } from './tune-flags.ts'
import { tuneOptions } from './tune-options.ts'

const flags: TuneFlags = { out: 'results', calibrate: true, progress: false, endpoint: 'http://127.0.0.1:8000' }
const { signal } = new AbortController()
const interrupts = { drain: signal, abort: signal }

test('every run of a tuning keeps what others did on the server, and the sources of power that were asked for', () => {
  const { io } = saidIo()
  const context = { io, interrupts, serverInUse: '3 requests are running', live: openLive(io.stderr) }
  expect(tuneOptions(flags, context)({})('results/tune-x')).toMatchObject({
    outDir: 'results/tune-x',
    serverInUse: '3 requests are running',
    wall: { asked: 'auto' },
  })
  expect(tuneOptions({ ...flags, wall: 'off' }, context)({})('results/tune-x').wall).toMatchObject({ asked: 'off' })
})
