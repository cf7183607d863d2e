// Looks at a disk from outside of those who work on it, many times in each millisecond, in a thread
// of its own: when the first byte comes back, when the last, and when a pass over the root was over.
import { once } from 'node:events'
import { statSync, statfsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, workerData } from 'node:worker_threads'

/** What is seen, as places in the memory that both threads share. Times are of `now()`, 0 for never. */
const AT = { passEnded: 0, firstFreed: 1, lastFreed: 2, freedBytes: 3, looks: 4 }
const [END, READY] = [0, 1]

/** A block or two comes and goes with a small file that a pass replaces: no byte of a victim. */
const OWN_BYTES = 64 * 1024
const EVERY_MS = 0.1

/** Milliseconds of a clock that all threads and processes of the machine share. */
export const now = () => Number(process.hrtime.bigint()) / 1e6

/** Begins to look at a disk; resolves once it does. `heartbeat` is a file that a pass replaces. */
export async function watchDisk(disk, heartbeat) {
  const seen = new Float64Array(new SharedArrayBuffer(8 * Object.keys(AT).length))
  const orders = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { disk, heartbeat, seen, orders },
  })
  await Atomics.waitAsync(orders, READY, 0).value
  return {
    end: async () => {
      const ended = once(worker, 'exit')
      Atomics.store(orders, END, 1)
      await ended
      return Object.fromEntries(Object.entries(AT).map(([name, place]) => [name, seen[place]]))
    },
  }
}

function look({ disk, heartbeat, seen, orders }) {
  const free = () => {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize
  }
  const pass = () => statSync(heartbeat, { throwIfNoEntry: false })?.ino
  const [before, beat] = [free(), pass()]
  let most = before + OWN_BYTES
  Atomics.store(orders, READY, 1)
  Atomics.notify(orders, READY)
  for (; Atomics.load(orders, END) === 0; seen[AT.looks] += 1) {
    if (seen[AT.passEnded] === 0 && pass() !== beat) seen[AT.passEnded] = now()
    const bytes = free()
    if (bytes > most) {
      most = bytes
      seen[AT.lastFreed] = now()
      if (seen[AT.firstFreed] === 0) seen[AT.firstFreed] = seen[AT.lastFreed]
      seen[AT.freedBytes] = bytes - before
    }
    Atomics.wait(orders, END, 0, EVERY_MS)
  }
}

if (!isMainThread) look(workerData)
