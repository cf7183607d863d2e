import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { holdersOf, readLockHolders } from '../../src/host/lock-holders.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'

const scene = useScene()

test.each([
  ['git', false],
  // What it works in has no git directory of its own, and the one above is another's.
  ['jj', true],
  ['hg', true],
])('%s that works in a repository may hold locks of all: %p', async (name, isOfAll) => {
  const folder = scene().directory('writer')
  const program = path.join(folder, name)
  copyFileSync('/bin/bash', program)
  chmodSync(program, 0o755)
  const git = path.join(folder, '.git')
  mkdirSync(git)
  // What this process has started is its own, and no stranger.
  const inside = 'echo $$ > pid; echo ready; read'
  const options = { cwd: folder, env: { PROGRAM: program } }
  await hold(scene(), `"$PROGRAM" -c '${inside}'; true`, [], options)
  const pid = readFileSync(path.join(folder, 'pid'), 'utf8').trim()
  const holders = readLockHolders()
  const heldBy = (repository: string): string[] =>
    holdersOf(holders, { dev: 0, ino: 0 }, repository).filter((each) => each.includes(pid))
  const said = [`pid ${pid} (${name}) may have made it`]
  expect(heldBy(git)).toEqual(said)
  expect(heldBy(scene().directory('other'))).toEqual(isOfAll ? said : [])
})
