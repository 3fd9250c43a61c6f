/** What keeps a server from more load. */
export type LimitedBy =
  | {
      readonly what: 'kv-cache' | 'places' | 'decode' | 'prefill'
      /** The limit of the SLO that breaks first; null where the server is full before one does. */
      readonly slo: 'ttft' | 'tpot' | 'e2e' | null
    }
  /** The highest measured load still met the SLO, and its throughput still rose. */
  | { readonly what: 'not-measured' }
