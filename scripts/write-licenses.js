// Writes one list of the licenses of everything that dist/ may contain.
// ncc's own --license option covers only the last chunk once a bundle has a lazy import.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))

const bundled = ([dir, entry]) =>
  dir.startsWith('node_modules/') && !entry.dev && !entry.optional && !entry.link

const entries = Object.entries(packages)
  .filter(bundled)
  .map(([dir, entry]) => {
    const name = dir.slice(dir.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const file = readdirSync(dir).find((each) => /^(license|licence)/i.test(each))
    const text = file === undefined ? '' : readFileSync(path.join(dir, file), 'utf8')
    return `${name}@${entry.version}\n${entry.license}\n${text.replaceAll('\r\n', '\n')}`
  })
  .toSorted()

writeFileSync(`${process.argv[2] ?? 'dist'}/licenses.txt`, entries.join('\n\n'))
