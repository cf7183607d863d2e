import { writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { findHeldFiles } from '../../src/host/deleted-files.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'

const scene = useScene()
const MIB = 1024 * 1024

test('deleted files that are still open are found, the largest first, each once', async () => {
  const directory = scene().directory('held')
  const outside = scene().directory('held')
  writeFileSync(`${directory}/called (deleted)`, 'it is not')
  const { process: holder, release } = await hold(
    scene(),
    `for n in 1 3 2; do head -c "\${n}M" /dev/zero >"$1/$n"; done
     head -c 1M /dev/zero >"$1/linked"; ln "$1/linked" "$1/kept"; head -c 9M /dev/zero >"$2/other"
     exec 3<"$1/1" 4<"$1/3" 5<&4 6<"$1/2" 7<"$1/linked" 8<"$1/called (deleted)" 9<"$2/other"
     rm "$1/1" "$1/3" "$1/linked" "$2/other"; echo ready; read`,
    [directory, outside],
  )
  expect(findHeldFiles(directory)).toEqual([
    { pid: holder.pid, command: 'bash', path: `${directory}/3`, bytes: 3 * MIB },
    { pid: holder.pid, command: 'bash', path: `${directory}/1`, bytes: MIB },
  ])
  await release()
  expect(findHeldFiles(directory)).toEqual([])
})

test('a process that opens and closes files all the while hides nothing', async () => {
  const directory = scene().directory('busy')
  const code = `
    const { openSync, closeSync, unlinkSync, writeFileSync } = require('node:fs')
    writeFileSync('held', Buffer.alloc(${MIB}))
    const held = openSync('held')
    unlinkSync('held')
    console.log('ready')
    setInterval(() => {
      for (let n = 0; n < 2000; n += 1) closeSync(openSync('/dev/null'))
    })`
  const { release } = await hold(scene(), 'exec "$1" -e "$2"', [process.execPath, code], {
    cwd: directory,
  })
  const looks = Array.from({ length: 50 }, () => findHeldFiles(directory).length)
  expect(looks).toEqual(looks.map(() => 1))
  await release()
})
