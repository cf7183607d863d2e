// Sends this process TG_FAULT_SIGNAL, as the runner does at a cancel, before call number TG_FAULT_AT.
import { listenToFileCalls } from './file-calls.mjs'

const { TG_FAULT_AT, TG_FAULT_SIGNAL } = process.env

listenToFileCalls({
  before({ number }) {
    if (number === Number(TG_FAULT_AT)) process.kill(process.pid, TG_FAULT_SIGNAL)
  },
  after() {},
})
