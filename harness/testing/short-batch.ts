/** A scenario of seconds, as its file: eight streams of an 8B model, with the flags of the probes of a server. */
export const SHORT_BATCH = `
name: short-batch
title: Short batch, 8B FP8
kind: text
model: llama-3.1-8b-instruct-fp8
server: { maxModelLen: 16384, kvCacheDtype: fp8_e4m3 }
load: { shape: closed, concurrency: 8 }
prompt: { tokens: 64, prefixCache: cold }
output: { tokens: 32 }
trial: { seconds: 4, warmupSeconds: 1, quietSeconds: 0.8, minWindowSeconds: 1.5 }
certainty: { target: 2%, minTrials: 2, maxTrials: 2 }
`
