// Has the first look into one of the root's own folders fail: a pass does not come to its end then.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const read = fs.readdirSync
let hasFailed = false

function isOwn(path) {
  const [descriptor] = /^\/proc\/self\/fd\/\d+(?=\/\.$)/.exec(path) ?? []
  if (descriptor === undefined) return false
  return /\/\.target-guard\/(?:leases|trash)$/.test(fs.readlinkSync(descriptor))
}

fs.readdirSync = (path, ...rest) => {
  if (!hasFailed && isOwn(String(path))) {
    hasFailed = true
    throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' })
  }
  return read(path, ...rest)
}
syncBuiltinESMExports()
