// The fastest attacker there can be: as soon as the program has made a directory whose name matches
// the regex TG_PLANT_NAME, it is moved aside, and a link to TG_PLANT_TARGET lies in its place.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import * as path from 'node:path'

const fs = createRequire(import.meta.url)('node:fs')
const { TG_PLANT_NAME, TG_PLANT_TARGET } = process.env
const name = new RegExp(TG_PLANT_NAME)
const { mkdirSync, renameSync, symlinkSync } = fs

fs.mkdirSync = (directory, ...rest) => {
  const made = mkdirSync(directory, ...rest)
  if (name.test(path.basename(directory))) {
    renameSync(directory, `${directory}.aside`)
    symlinkSync(TG_PLANT_TARGET, directory)
  }
  return made
}
syncBuiltinESMExports()
