import { expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow } from '../../record/rows.ts'
import { requestRow } from '../../testing/rows.ts'
import { sendsInside } from './sends.ts'

const sent = (scheduledMs: number, dispatchedMs: number | null): RequestRow => ({
  ...requestRow({ dispatchedMs }),
  scheduledMs,
})

test('late sends count only where the request was due inside the window', () => {
  const table = new RequestTable([
    sent(999, 1500),
    sent(1000, 1011),
    sent(2000, 2010),
    sent(3000, 3030),
    sent(3001, 3100),
  ])
  expect(sendsInside(table, 1000, 3000)).toEqual({ due: 3, late: 2 })
  expect(sendsInside(table, 5000, 6000)).toEqual({ due: 0, late: 0 })
})

test('a request that was never sent is due, but was not sent late', () => {
  expect(sendsInside(new RequestTable([sent(1000, null)]), 0, 3000)).toEqual({ due: 1, late: 0 })
})
