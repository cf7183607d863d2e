import { mkdirSync, statfsSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { dockerDirectory, probeDisks, settle } from '../../src/host/disk.ts'
import { needs } from '../e2e/capabilities.ts'
import { smallDisk } from '../e2e/small-disk.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

describe('probing disks', () => {
  needs('root').test('reads each device once, as an ordinary user has it', async () => {
    const [one, other] = [await smallDisk(scene(), 'ext4'), await smallDisk(scene(), 'tmpfs')]
    mkdirSync(`${one}/a`)
    const { readings, problems } = await probeDisks(`${one}/targets/deep`, [
      `${one}/a`,
      `${other}/absent`,
      other,
      '/nonexistent/but/on/the/first/disk',
    ])
    const { bavail, blocks, bsize, ffree, files } = statfsSync(one)
    expect(problems).toEqual([])
    expect(readings[0]).toMatchObject({
      path: `${one}/targets/deep`,
      places: [`${one}/targets/deep`, `${one}/a`].map((path) => ({ path, mount: one })),
      holdsRoot: true,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      freeInodes: ffree,
      totalInodes: files,
    })
    expect(readings[1]).toMatchObject({
      path: other,
      holdsRoot: false,
      totalBytes: 100 * 1024 * 1024,
    })
    expect(readings).toHaveLength(2)
  })

  needs('root', 'btrfs').test('knows that Btrfs counts no inodes', async () => {
    const disk = await smallDisk(scene(), 'btrfs')
    const { readings } = await probeDisks(disk, [])
    expect(readings).toMatchObject([{ freeInodes: null, totalInodes: null }])
    expect(() => {
      settle(disk)
    }).not.toThrow()
  })

  needs('root', 'fuse').test('passes a mount by that does not answer', async () => {
    const directory = scene().directory('fuse')
    for (const name of ['source', 'mount']) mkdirSync(`${directory}/${name}`)
    await scene().must('bindfs', [`${directory}/source`, `${directory}/mount`])
    const quick = await probeDisks(directory, [`${directory}/mount`])
    expect([quick.readings.length, quick.problems]).toEqual([2, []])

    const script = writeProgram(
      scene(),
      `import { probeDisks } from './host/disk.js'
       const [path, ...others] = process.argv.slice(2)
       console.log(JSON.stringify(await probeDisks(path, others)))`,
    )
    const env = { PATH: await stubProgram(scene(), 'stat', 'exec sleep 600') }
    const words = [script, directory, `${directory}/mount`]
    const { stdout } = await scene().must(process.execPath, words, { env })
    expect(JSON.parse(stdout)).toEqual({
      readings: [expect.objectContaining({ path: directory })],
      problems: [
        `The free space of ${directory}/mount is not known (no answer within 2000 ms); it counts as ok.`,
      ],
    })
  })
})

test('docker’s directory is an absolute path', () => {
  expect(dockerDirectory()).toMatch(/^\//)
})
