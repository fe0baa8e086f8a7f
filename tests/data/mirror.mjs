// A small mirror for fetch_mnist_test.sh: serves the files of a folder, and misbehaves where the
// path says so.
//
//   node mirror.mjs FOLDER LOG      prints its port; LOG gets one line a request: METHOD PATH RANGE
//
//   /good/NAME         the file, ranges included
//   /no-ranges/NAME    the file, whole, whatever range was asked for
//   /cut/NAME          half of what was asked for, then a closed connection; each range once, so
//                      that a retry gets further
//   /stuck/NAME        the same, but nothing at all once there is a range to continue
//   /wrong/NAME        other bytes of the same length
//   /absent/NAME       404
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";

const [folder, log] = process.argv.slice(2);

function send(request, response, bytes, ranges) {
  const range = ranges && /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  if (range && start >= bytes.length) {
    response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` });
    response.end();
    return null;
  }
  const rest = bytes.subarray(start);
  response.writeHead(range ? 206 : 200, {
    "Content-Length": rest.length,
    ...(range && { "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  return rest;
}

const server = createServer((request, response) => {
  appendFileSync(log, `${request.method} ${request.url} ${request.headers.range ?? "whole"}\n`);
  const [, behavior, name] = request.url.split("/");
  const bytes = readFileSync(join(folder, basename(name)));
  const stuck = behavior === "stuck" && request.headers.range;
  if (behavior === "absent") {
    response.writeHead(404);
    response.end("not here");
  } else if (behavior === "cut" || behavior === "stuck") {
    const rest = send(request, response, bytes, true);
    if (rest === null) return;
    const half = rest.subarray(0, stuck ? 0 : Math.ceil(rest.length / 2));
    if (half.length === rest.length) response.end(rest);
    else response.write(half, () => response.destroy());
  } else {
    const content = behavior === "wrong" ? Buffer.alloc(bytes.length, 7) : bytes;
    const rest = send(request, response, content, behavior !== "no-ranges");
    if (rest !== null) response.end(rest);
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
