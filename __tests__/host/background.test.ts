import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { startInBackground } from '../../src/host/background.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'

const scene = useScene()

/** What a process in the background is like. */
interface Told {
  words: string[]
  cwd: string
  env: Record<string, string>
  nice: number
  session: number
  pid: number
  streams: string[]
}

test('a process in the background yields, and gets nothing that is the job’s', async () => {
  const base = scene().directory('background')
  mkdirSync(`${base}/dist/cli`, { recursive: true })
  mkdirSync(`${base}/dist/pre`)
  writeFileSync(`${base}/dist/pre/index.js`, '')
  writeFileSync(`${base}/dist/package.json`, '{"type":"commonjs"}')
  writeFileSync(
    `${base}/dist/cli/index.js`,
    `const { readFileSync, readlinkSync, renameSync, writeFileSync } = require('node:fs')
     const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
     const told = {
       words: process.argv.slice(2), cwd: process.cwd(), env: process.env, pid: process.pid,
       nice: require('node:os').getPriority(), session: Number(fields[3]),
       streams: [0, 1, 2].map((n) => readlinkSync('/proc/self/fd/' + n)),
     }
     writeFileSync('${base}/part', JSON.stringify(told))
     renameSync('${base}/part', '${base}/told')`,
  )
  const job = { RUNNER_TRACKING_ID: 'github_1', GITHUB_TOKEN: 'x', NODE_OPTIONS: '' }
  const before = { ...process.env }
  Object.assign(process.env, job)
  try {
    startInBackground(`${base}/dist/pre/index.js`, ['alert', '--text', 'a b'], { SECRET: 'y' })
  } finally {
    process.env = before
  }
  await waitFor(() => existsSync(`${base}/told`), { what: 'the process to tell' })
  const told = JSON.parse(readFileSync(`${base}/told`, 'utf8')) as Told
  expect(told).toMatchObject({ words: ['alert', '--text', 'a b'], cwd: '/', nice: 19 })
  expect(told.env).toMatchObject({ SECRET: 'y', PATH: process.env['PATH'] })
  expect(Object.keys(told.env).filter((name) => name in job)).toEqual([])
  expect(told.session).toBe(told.pid)
  expect(told.streams).toEqual(['/dev/null', '/dev/null', '/dev/null'])
})
