import { expect, test } from 'vitest'
import { openFilesIn, portsIn, readClientLimits, requireConnections } from './client-limits.ts'

const limits = { openFiles: 1024, openNow: 25, ports: 28_232 }
const refuse = (connections: number, over: Partial<typeof limits> = {}, workers = 1) => {
  try {
    requireConnections({ connections, workers }, { ...limits, ...over })
    return null
  } catch (error) {
    expect(error).toMatchObject({ code: 'environment' })
    return (error as Error).message
  }
}

test('connections that fit into the limits are allowed, one more is refused with what to type', () => {
  // 25 open now, 12 of the worker, 60 others
  expect(refuse(1024 - 97)).toBeNull()
  expect(refuse(1024 - 96)).toBe(
    '928 connections require about 1025 open files, and this shell allows 1024: type ulimit -n 2048 (without root: sudo prlimit --pid $$ --nofile=2048:2048; in a container: docker run --ulimit nofile=2048) and run again',
  )
})

test('each worker needs files, and there are no more workers than connections', () => {
  expect(refuse(1024 - 97, {}, 2)).toContain('open files')
  expect(refuse(1, { openFiles: 98 }, 8)).toBeNull()
})

test('ports of one machine to one server', () => {
  expect(refuse(28_232, { openFiles: 1_048_576 })).toBeNull()
  expect(refuse(28_233, { openFiles: 1_048_576 })).toContain('net.ipv4.ip_local_port_range="1024 65535"')
})

test('a limit that is not known refuses nothing', () => {
  expect(() =>
    requireConnections({ connections: 1e6, workers: 8 }, { openFiles: null, openNow: null, ports: null }),
  ).not.toThrow()
})

test('the texts of Linux', () => {
  const text = (value: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax processes             127483               127483               processes \nMax open files            ${value}                 1048576              files     \n`
  expect(openFilesIn(text('1024'))).toBe(1024)
  expect(openFilesIn(text('unlimited'))).toBeNull()
  expect(openFilesIn('')).toBeNull()
  expect(portsIn('32768\t60999\n')).toBe(28_232)
  expect(portsIn('')).toBeNull()
})

test('the limits of this process are read, or null', () => {
  const { openFiles, openNow, ports } = readClientLimits()
  for (const value of [openFiles, openNow, ports]) expect(value === null || value > 0).toBe(true)
})
