/**
 * Memory limits of a load worker. It allocates a few short-lived objects per request and keeps almost nothing. In 48 MB
 * of young generation (three times its semi-space of 16 MB) a collection finds nearly all of them unreachable. 4 MB
 * would move them to the old generation, with pauses of 10 ms and more when many requests start together.
 */
export const WORKER_MEMORY = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 512 } as const
