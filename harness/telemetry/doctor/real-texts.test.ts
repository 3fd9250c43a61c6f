import { expect, it } from 'vitest'
import { doctorCases, examineCase, missingIn } from '../../testing/doctor/cases.ts'

it.each(doctorCases.map((each) => [each.title, each] as const))('%s', async (_, each) => {
  expect(missingIn(each, await examineCase(each))).toEqual([])
})
