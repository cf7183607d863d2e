// Carries a Worker's messages into and out of a container, which its IPC channel does not reach:
//   node bridge.mjs inside WORKER PROGRAM   starts the Worker, and has its messages as lines
//   node bridge.mjs outside CONTAINER …     has the lines of the one inside as messages
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const [side, ...words] = process.argv.slice(2)

function lines(stream, take) {
  createInterface({ input: stream }).on('line', (line) => take(JSON.parse(line)))
}

if (side === 'inside') {
  const [worker, program] = words
  const child = spawn(worker, [program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.on('message', (message) => process.stdout.write(`${JSON.stringify(message)}\n`))
  lines(process.stdin, (message) => child.send(message))
  child.once('exit', (code) => process.exit(code ?? 1))
} else {
  const [container, ...rest] = words
  const command = ['exec', '-i', container, process.execPath, ...rest]
  const child = spawn('docker', command, { stdio: ['pipe', 'pipe', 'inherit'] })
  lines(child.stdout, (message) => process.send(message))
  process.on('message', (message) => child.stdin.write(`${JSON.stringify(message)}\n`))
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
    process.disconnect()
  })
}
