// Bundles one entry point: node scripts/bundle-entry.js <file> <folder>
//
// proper-lockfile asks for graceful-fs and then works with the fs that it is handed: that one is left
// out, since loading and patching it takes 10 ms of each job.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ncc from '@vercel/ncc'

const [file = '', folder = ''] = process.argv.slice(2)
const { code, assets } = await ncc(resolve(file), {
  externals: { 'graceful-fs': 'node:fs' },
  quiet: true,
})
// A command is to be run as it is.
const permissions = code.startsWith('#!') ? 0o777 : 0o666
const files = { 'index.js': { source: code, permissions }, ...assets }
for (const [name, { source, permissions: mode }] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), source, { mode })
}
