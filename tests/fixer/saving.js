// Saves a workspace as the platform does: the file is truncated and written in place, without a lock. Each save carries
// a number in the workspace's name; a save that another program undid, or a file that is torn, ends this program.
// Arguments: the workspace, how many saves.
'use strict'
const fs = require('fs')
const [path, rounds] = [process.argv[2], Number(process.argv[3])]
const template = fs.readFileSync(path, 'utf8')

function pause(milliseconds) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

function savedName() {
    return JSON.parse(fs.readFileSync(path, 'utf8')).name
}

function expectName(name, round) {
    // A change that came while the file was being replaced is put back within a moment.
    for (let attempt = 0; attempt < 400; attempt++) {
        if (savedName() === name) return
        pause(5)
    }
    throw new Error(`save ${round} is lost: the file is of ${savedName()}`)
}

let mended = 0
// The others may start late: it goes on, within bounds, until they met often enough to tell anything.
let round = 0
while (round < rounds || (mended <= rounds / 10 && round < 8 * rounds)) {
    round++
    const name = `save ${round}`
    const text = template.replace('"name": "W"', `"name": "${name}"`)
    if (round % 2) {
        fs.writeFileSync(path, text)
    } else {
        // In two parts, some time apart, as a large file is.
        const file = fs.openSync(path, 'w')
        fs.writeSync(file, text.slice(0, text.length / 2))
        pause(Math.random() * 4)
        fs.writeSync(file, text.slice(text.length / 2))
        fs.closeSync(file)
    }
    pause(Math.random() * 60)
    expectName(name, round)
    if (fs.readFileSync(path, 'utf8') !== text) mended++
}
process.stdout.write(JSON.stringify({ mended, saves: round }))
