// Parses the file argv[3] with httpYac, whose package is in the folder argv[2],
// as often as argv[4] says, and prints the requests it found and the fastest
// time in nanoseconds.
const [, , folder, file, times] = process.argv;
const fs = require("fs");
const path = require("path");
const { io, store } = require(folder);
const text = fs.readFileSync(file, "utf8");

// What its command line gives it to look for its configuration.
Object.assign(io.fileProvider, {
  EOL: "\n",
  exists: async (name) => fs.existsSync(name),
  dirname: (name) => path.dirname(name),
  hasExtension: (name, ...extensions) => extensions.some((extension) => name.endsWith(`.${extension}`)),
  isAbsolute: async (name) => path.isAbsolute(name),
  joinPath: (folder, name) => path.join(folder, name),
  readFile: (name, encoding) => fs.promises.readFile(name, encoding),
  readBuffer: (name) => fs.promises.readFile(name),
  writeBuffer: async () => undefined,
  readdir: (name) => fs.promises.readdir(name),
});

async function main() {
  let best = Infinity;
  let requests = 0;
  for (let i = 0; i < Number(times); i++) {
    const files = new store.HttpFileStore();
    const start = process.hrtime.bigint();
    const parsed = await files.getOrCreate(file, async () => text, i, { workingDir: path.dirname(file) });
    best = Math.min(best, Number(process.hrtime.bigint() - start));
    requests = parsed.httpRegions.filter((region) => region.request).length;
  }
  console.log(requests, best);
}

main();
