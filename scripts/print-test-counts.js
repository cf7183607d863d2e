// Ends a run of the tests with one plain line of counts, and fails unless every test ran and passed.
//
//   node scripts/print-test-counts.js JEST_RESULT.json
import { readFileSync } from 'node:fs'

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.error(`No jest result in ${file}.`)
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1, testResults: [] }
  }
}

const result = readResult(process.argv[2])
// Skipped, todo, or beside a test.only.
const unrun = result.testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
for (const { status, fullName } of unrun) console.error(`${status}: ${fullName}`)

const passed = result.numPassedTests
// A file that cannot be loaded has no tests to count, but it has failed.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites

console.log(`${passed} passed, ${failed} failed, ${unrun.length} skipped`)
process.exitCode = passed > 0 && failed === 0 && unrun.length === 0 ? 0 : 1
