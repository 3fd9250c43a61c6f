/**
 * The bundled scenarios that each card runs alone first, and again while all cards are under load: the memory bandwidth of
 * one stream, and the throughput of 32. Both together take two minutes. The figure together against the figure alone shows
 * whether cards measured side by side are measured fairly.
 */
export const PROBES = ['memory-probe', 'load-probe'] as const

export const isProbe = (name: string): boolean => PROBES.some((probe) => probe === name)
