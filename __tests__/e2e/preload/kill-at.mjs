// Ends this process with SIGKILL at call number TG_FAULT_AT: TG_FAULT_WHEN is `before` the call, `after`
// it, or, for a write, after `half` of it (any other call: after it).
import { listenToFileCalls } from './file-calls.mjs'

const { TG_FAULT_AT, TG_FAULT_WHEN = 'before' } = process.env
const at = Number(TG_FAULT_AT)

function die() {
  process.kill(process.pid, 'SIGKILL')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

listenToFileCalls({
  before({ number }) {
    if (number === at && TG_FAULT_WHEN === 'before') die()
  },
  halve: ({ number }) => number === at && TG_FAULT_WHEN === 'half',
  after({ number }) {
    if (number === at) die()
  },
})
