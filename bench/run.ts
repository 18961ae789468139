/**
 * Measures the product with public load tools and prints figures, ratios and targets. `bun bench/run.ts [--seconds 3] [--rounds 3]`
 * `[--only start,registrations,…]` `[--seed 1]`. Every ratio is of two things measured in turn in this very run; absolute rates are the machine's.
 */
import { parseArgs } from 'node:util'
import { measureChaos } from './chaos.ts'
import { measureFirstClient } from './first-client.ts'
import { inFolder } from './folder.ts'
import { measureGrowth } from './growth.ts'
import { memoryOf, reportMemory } from './memory.ts'
import { measureReads } from './reads.ts'
import { measureBesidePgbench, measureCrowds } from './registrations.ts'
import { conclude, title } from './report.ts'
import { findProduct, startProduct } from './server.ts'
import { measureSignIns } from './sign-in.ts'
import { measureSlowClients } from './slow-clients.ts'
import { measureSlowPhones } from './slow-phones.ts'
import { measureStarts } from './start-up.ts'
import { ensureTools } from './tools.ts'
import { measureWire } from './wire.ts'

const CHAPTERS = [
  'start',
  'wire',
  'reads',
  'registrations',
  'sign-in',
  'memory',
  'slow',
  'phones',
  'chaos',
  'first-client',
  'growth',
] as const
type Chapter = (typeof CHAPTERS)[number]

/** After a start, until what it set off is done. */
const SETTLE_MS = 2000
const SEEDS = 1_000_000

export type Options = { seconds: number; rounds: number }

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % SEEDS) },
    only: { type: 'string', default: CHAPTERS.join(',') },
  },
})
const options: Options = { seconds: Number(values.seconds), rounds: Number(values.rounds) }
const chapters = new Set(values.only.split(',') as Chapter[])

await ensureTools()
const product = await findProduct()
title(product.isBuilt ? 'dist/teamsheet' : 'src/main.ts: nothing was built, so this measures the sources')

if (chapters.has('start')) await measureStarts(product, options)
if (chapters.has('registrations')) await measureBesidePgbench(product, options)
await inFolder(async (folder) => {
  const server = await startProduct(product, folder)
  try {
    await Bun.sleep(SETTLE_MS)
    const atStart = memoryOf(server)
    if (chapters.has('wire')) await measureWire(server)
    if (chapters.has('reads')) await measureReads(server, options)
    if (chapters.has('registrations')) await measureCrowds(server, options)
    if (chapters.has('memory')) await reportMemory(server, atStart)
    if (chapters.has('slow')) await measureSlowClients(server, options)
    if (chapters.has('phones')) await measureSlowPhones(server)
  } finally {
    await server.stop()
  }
})
if (chapters.has('sign-in')) await measureSignIns(product, options)
if (chapters.has('first-client')) await measureFirstClient(product, options)
if (chapters.has('chaos')) await measureChaos({ seed: Number(values.seed) })
if (chapters.has('growth')) await measureGrowth(product, options)
conclude()
