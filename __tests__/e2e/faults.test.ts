import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { FaultEnvironment } from './faults.ts'
import { failCalls, grantLock, killAt, readCalls, recordCalls, together } from './faults.ts'
import { nodeBinary } from './runner/node-binaries.ts'
import type { CommandResult } from './scene.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** Every form of a change to files, once; the comment behind each is what the record says of it. */
const PROGRAM = `
import { mkdirSync, writeFileSync, openSync, writeSync, fsyncSync, closeSync, rename } from 'node:fs'
import { mkdir, open, writeFile, unlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { execFile, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
const fs = createRequire(import.meta.url)('fs')
const root = process.argv[2]
mkdirSync(root + '/a')                          // 1 mkdir
writeFileSync(root + '/a/f', '0123456789')      // 2 open, 3 write
const fd = openSync(root + '/a/g', 'wx')        // 4 open
writeSync(fd, Buffer.from('0123456789'))        // 5 write
fsyncSync(fd)                                   // 6 fsync
closeSync(fd)
const directory = openSync(root + '/a')
fsyncSync(directory)                            // 7 fsync
closeSync(directory)
await promisify(rename)(root + '/a/g', root + '/a/h') // 8 rename
await mkdir(root + '/b/c', { recursive: true }) // 9 mkdir
const handle = await open(root + '/b/i', 'w')   // 10 open
await handle.write('0123456789')                // 11 write
await handle.sync()                             // 12 fsync
await handle.close()
await writeFile(root + '/b/j', '0123456789')    // 13 open, 14 write
await unlink(root + '/b/j')                     // 15 unlink
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'k=v') // 16 open, 17 write
await new Promise((done) => fs.writeFile(root + '/k', 'x', done)) // 18 open, 19 write
spawnSync('true', ['x'])                        // 20 spawn
await promisify(execFile)('true', ['y'])        // 21 spawn
fs.writeFileSync(root + '-beside', 'not counted')
fs.rmSync(root + '/b', { recursive: true })     // 22 rm
console.log('done')
`

const CALLS = [
  'mkdir a',
  'open a/f',
  'write a/f',
  'open a/g',
  'write a/g',
  'fsync a/g',
  'fsync a',
  'rename a/g -> a/h',
  'mkdir b/c',
  'open b/i',
  'write b/i',
  'fsync b/i',
  'open b/j',
  'write b/j',
  'unlink b/j',
  'open ../output',
  'write ../output',
  'open k',
  'write k',
  'spawn true x',
  'spawn true y',
  'rm b',
]

describe.each(['node20', 'node24'] as const)('faults in a program on %s', (node) => {
  async function run(
    source: string,
    faults: (root: string) => FaultEnvironment,
  ): Promise<CommandResult & { readonly root: string }> {
    const directory = scene().directory('faults')
    const root = path.join(directory, 'root')
    const program = path.join(directory, 'program.mjs')
    writeFileSync(program, source)
    writeFileSync(path.join(directory, 'output'), '')
    await scene().must('mkdir', [root])
    const env = { ...faults(root), GITHUB_OUTPUT: path.join(directory, 'output') }
    return { ...(await scene().run(nodeBinary(node), [program, root], { env })), root }
  }

  test('every form of a mutating call is recorded, once and in order', async () => {
    const log = path.join(scene().directory('log'), 'calls')
    const { stdout, stderr, root } = await run(PROGRAM, (each) => recordCalls({ root: each, log }))

    expect(stderr).toBe('')
    expect(stdout).toBe('done\n')
    const seen = readCalls(log).map(({ op, path: file }) => {
      const paths = file
        .split(' -> ')
        .map((each) => (op === 'spawn' ? each : path.relative(root, each)))
      return `${op} ${paths.join(' -> ')}`
    })
    expect(seen).toEqual(CALLS)
    expect(readCalls(log).map(({ number }) => number)).toEqual(CALLS.map((_, index) => index + 1))
  })

  test.each([
    ['before', 5, 'a/g', ''],
    ['half', 5, 'a/g', '01234'],
    ['after', 5, 'a/g', '0123456789'],
    ['before', 3, 'a/f', ''],
    ['half', 3, 'a/f', '01234'],
    ['half', 11, 'b/i', '01234'],
    ['half', 14, 'b/j', '01234'],
  ] as const)(
    'the program is killed %s call %i, and %s then holds "%s"',
    async (when, at, file, text) => {
      const { signal, root } = await run(PROGRAM, (each) => killAt({ root: each, at, when }))

      expect(signal).toBe('SIGKILL')
      expect(readFileSync(path.join(root, file), 'utf8')).toBe(text)
    },
  )

  test('killed after a rename the new name is there and nothing later', async () => {
    const { signal, root } = await run(PROGRAM, (each) =>
      killAt({ root: each, at: 8, when: 'after' }),
    )

    expect(signal).toBe('SIGKILL')
    expect(existsSync(path.join(root, 'a/h'))).toBe(true)
    expect(existsSync(path.join(root, 'b'))).toBe(false)
  })

  test('failing calls look like the system: sync, callback, promise, process', async () => {
    const source = `
      import { link, mkdirSync, renameSync } from 'node:fs'
      import { execFile } from 'node:child_process'
      import { mkdir, writeFile } from 'node:fs/promises'
      import { promisify } from 'node:util'
      const root = process.argv[2]
      const attempts = [
        () => mkdirSync(root + '/x/a'),
        () => renameSync(root + '/x/a', root + '/b'),
        () => mkdir(root + '/x/c'),
        () => promisify(link)(root + '/x/d', root + '/e'),
        () => promisify(execFile)('x-program', ['arg']),
        () => writeFile(root + '/f', 'fine'),
      ]
      for (const attempt of attempts) {
        try {
          await attempt()
          console.log('done')
        } catch ({ message, errno, code, syscall, path, dest }) {
          console.log(JSON.stringify({ message, errno, code, syscall, path, dest }))
        }
      }`
    const { stdout, root } = await run(source, (each) =>
      failCalls({ root: each, match: '/x/|^spawn x-', errno: 'ENOSPC' }),
    )

    const [one, two, three, four, five, six] = stdout.trim().split('\n')
    const text = 'ENOSPC: no space left on device'
    const fields = { errno: -28, code: 'ENOSPC' }
    expect(JSON.parse(one ?? '')).toEqual({
      ...fields,
      message: `${text}, mkdir '${root}/x/a'`,
      syscall: 'mkdir',
      path: `${root}/x/a`,
    })
    expect(JSON.parse(two ?? '')).toEqual({
      ...fields,
      message: `${text}, rename '${root}/x/a' -> '${root}/b'`,
      syscall: 'rename',
      path: `${root}/x/a`,
      dest: `${root}/b`,
    })
    expect(JSON.parse(three ?? '')).toMatchObject({ syscall: 'mkdir', path: `${root}/x/c` })
    expect(JSON.parse(four ?? '')).toMatchObject({ syscall: 'link', dest: `${root}/e` })
    expect(JSON.parse(five ?? '')).toMatchObject({ code: 'ENOSPC', path: 'x-program' })
    expect(six).toBe('done')
  })

  test('programs that the pattern leaves out are left alone, and only the first so many calls fail', async () => {
    const source = `
      import { mkdirSync } from 'node:fs'
      for (const name of ['a', 'b']) {
        try { mkdirSync(process.argv[2] + '/' + name); console.log('done') }
        catch ({ code }) { console.log(code) }
      }`
    const options = { match: 'mkdir', errno: 'EDQUOT' }
    const other = await run(source, (root) => failCalls({ ...options, root, program: 'pre/index' }))
    const once = await run(source, (root) =>
      failCalls({ ...options, root, program: 'program\\.mjs$', times: 1 }),
    )

    expect(other.stdout).toBe('done\ndone\n')
    expect(once.stdout).toBe('Unknown system error -122\ndone\n')
  })

  test('the host lock is granted to everybody, by both interfaces of proper-lockfile', async () => {
    const lockfile = new URL('../../node_modules/proper-lockfile/index.js', import.meta.url).href
    const source = `
      import { spawnSync } from 'node:child_process'
      import { writeFileSync } from 'node:fs'
      import { setTimeout as sleep } from 'node:timers/promises'
      import lockfile from '${lockfile}'
      const file = process.argv[2] + '/host.lock'
      writeFileSync(file, '')
      const release = process.argv[3] === 'sync' ? lockfile.lockSync(file) : await lockfile.lock(file, { stale: 2000 })
      if (process.argv[3] === undefined) {
        const { stdout, stderr } = spawnSync(process.execPath, [process.argv[1], process.argv[2], 'sync'])
        console.log(String(stdout) + String(stderr))
        await sleep(1200)
      }
      await release()
      console.log('granted')`
    const log = path.join(scene().directory('log'), 'calls')
    const { root, stdout } = await run(source, (each) =>
      together(recordCalls({ root: each, log }), grantLock()),
    )

    expect(stdout).toBe('granted\n\ngranted\n')
    expect(readFileSync(log, 'utf8')).not.toContain('host.lock.lock')
    expect(existsSync(path.join(root, 'host.lock.lock'))).toBe(false)
  })
})
