// Grants proper-lockfile's lock on any `host.lock` to everybody who asks, at once: the lock directory
// `host.lock.lock` is never made on disk, and each process believes that it has made it.
import { createRequire, syncBuiltinESMExports } from 'node:module'

const fs = createRequire(import.meta.url)('node:fs')
const mtimes = new Map()

function isLock(file) {
  return String(file).endsWith('/host.lock.lock')
}

function setTime(file, _atime, mtime) {
  mtimes.set(String(file), new Date(mtime))
}

const answers = {
  mkdir(file) {
    mtimes.set(String(file), new Date())
  },
  rmdir(file) {
    mtimes.delete(String(file))
  },
  utimes: setTime,
  lutimes: setTime,
  stat(file) {
    const stats = Object.create(fs.Stats.prototype)
    const mtime = mtimes.get(String(file)) ?? new Date()
    return Object.assign(stats, { mtime, mtimeMs: mtime.getTime(), mode: fs.constants.S_IFDIR })
  },
}

for (const [name, answer] of Object.entries(answers)) {
  const { [name]: callback, [`${name}Sync`]: sync } = fs
  const { [name]: promise } = fs.promises
  fs[name] = (file, ...rest) =>
    isLock(file)
      ? process.nextTick(rest.at(-1), null, answer(file, ...rest))
      : callback(file, ...rest)
  fs[`${name}Sync`] = (file, ...rest) =>
    isLock(file) ? answer(file, ...rest) : sync(file, ...rest)
  fs.promises[name] = async (file, ...rest) =>
    isLock(file) ? answer(file, ...rest) : promise(file, ...rest)
}
syncBuiltinESMExports()
