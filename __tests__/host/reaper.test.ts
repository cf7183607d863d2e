import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { startReaper } from '../../src/host/reaper.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

const AUTOGROUP = '/proc/self/autogroup'

/** In place of the tool: writes down what the reaper is started as. */
const TOOL = `
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const { getPriority } = require('node:os')
const root = process.argv[4]
const autogroup = existsSync('${AUTOGROUP}') ? readFileSync('${AUTOGROUP}', 'utf8') : ''
writeFileSync(root + '/said.new', JSON.stringify({ words: process.argv.slice(2), nice: getPriority(), autogroup }))
renameSync(root + '/said.new', root + '/said')
`

test('the reaper yields to every build, also where sessions are scheduled as groups', async () => {
  const root = aRoot(scene())
  const dist = scene().directory('dist')
  for (const entry of ['pre', 'cli']) mkdirSync(`${dist}/${entry}`)
  writeFileSync(`${dist}/pre/index.js`, '')
  writeFileSync(`${dist}/cli/index.js`, TOOL)
  startReaper(root, `${dist}/pre/index.js`, {
    privilegedHelper: 'none',
    helperImage: null,
    snapshotMaxBytes: 5e10,
  })
  const said = await waitFor(
    () => (existsSync(`${root.path}/said`) ? readFileSync(`${root.path}/said`, 'utf8') : null),
    { what: 'the reaper' },
  )
  expect(JSON.parse(said)).toEqual({
    words: ['reap', '--root', root.path, '--privileged-helper', 'none', '--snapshot-max-gb', '50'],
    nice: 19,
    autogroup: expect.stringMatching(existsSync(AUTOGROUP) ? / nice 19$/m : /^$/),
  })
})
