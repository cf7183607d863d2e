import { mkdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { findHeldFiles } from '../../src/host/deleted-files.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'

const scene = useScene()

test('finds who still has a deleted file open, and how much it holds, the largest first', async () => {
  const base = scene().directory('held')
  for (const each of ['slot', 'other']) mkdirSync(`${base}/${each}`)
  const command = `
    exec 8> "$1/slot/small" 9> "$1/slot/large file" 7> "$1/other/x" 6> "$1/slot/there"
    head -c 10000 /dev/zero >&8; head -c 90000 /dev/zero >&9; echo 1 >&7
    rm "$1/slot/small" "$1/slot/large file" "$1/other/x"; echo ready; exec sleep 600`
  const { process } = await hold(scene(), command, [base])
  const found = findHeldFiles(`${base}/slot`)
  expect(found.map(({ pid, command: name, path }) => ({ pid, name, path }))).toEqual([
    { pid: process.pid, name: 'sleep', path: `${base}/slot/large file` },
    { pid: process.pid, name: 'sleep', path: `${base}/slot/small` },
  ])
  expect(found[0]?.bytes).toBeGreaterThanOrEqual(90_000)
})

test('nothing held is nothing found', () => {
  expect(findHeldFiles(scene().directory('held'))).toEqual([])
})
