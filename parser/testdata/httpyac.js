// Parses the file argv[3] with httpYac, whose package is in the folder argv[2],
// as often as argv[4] says, and prints the requests it found and the fastest
// time in nanoseconds.
const [, , folder, file, times] = process.argv;
const { store } = require(folder);
const text = require("fs").readFileSync(file, "utf8");

async function main() {
  let best = Infinity;
  let requests = 0;
  for (let i = 0; i < Number(times); i++) {
    const files = new store.HttpFileStore();
    const start = process.hrtime.bigint();
    const parsed = await files.getOrCreate(file, async () => text, i, { workingDir: require("path").dirname(file) });
    best = Math.min(best, Number(process.hrtime.bigint() - start));
    requests = parsed.httpRegions.filter((region) => region.request).length;
  }
  console.log(requests, best);
}

main();
