import { describe, expect, it } from 'vitest'
import { tokenCounts } from './buckets.ts'
import { Counter, formatValue, Histogram } from './prometheus.ts'

describe('formatValue', () => {
  it.each([
    [0, '0.0'],
    [12, '12.0'],
    [0.25, '0.25'],
    [999_999, '999999.0'],
    [1_000_000, '1e+06'],
    [1_234_567, '1.234567e+06'],
    [1_787_000_000.5, '1.7870000005e+09'],
    [Number.POSITIVE_INFINITY, '+Inf'],
  ])('prints %d as %s, as Python does', (value, text) => {
    expect(formatValue(value)).toBe(text)
  })
})

describe('metrics', () => {
  it('prints a counter under its total name, with the time of its birth', () => {
    const counter = new Counter('vllm:things', 'Things.', [{ reason: 'a "b"' }], 5)
    counter.add(2)
    expect(counter.render()).toBe(
      '# HELP vllm:things_total Things.\n# TYPE vllm:things_total counter\nvllm:things_total{reason="a \\"b\\""} 2.0\n' +
        '# HELP vllm:things_created Things.\n# TYPE vllm:things_created gauge\nvllm:things_created{reason="a \\"b\\""} 5.0\n',
    )
  })

  it('counts a value into its bucket and all above', () => {
    const histogram = new Histogram('vllm:t', 'T.', { engine: '0' }, { bounds: [0.1, 1], createdS: 5 })
    for (const value of [0.1, 0.5, 3]) histogram.observe(value)
    const lines = histogram.render().split('\n')
    expect(lines).toContain('vllm:t_bucket{engine="0",le="0.1"} 1.0')
    expect(lines).toContain('vllm:t_bucket{engine="0",le="1.0"} 2.0')
    expect(lines).toContain('vllm:t_bucket{engine="0",le="+Inf"} 3.0')
    expect(lines).toContain('vllm:t_count{engine="0"} 3.0')
    expect(lines).toContain('vllm:t_sum{engine="0"} 3.6')
  })

  it('has token buckets up to the longest sequence', () => {
    expect(tokenCounts(120)).toEqual([1, 2, 5, 10, 20, 50, 100])
  })
})
