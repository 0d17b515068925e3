// A host of the network, as the server sees it: https with a certificate for its
// name, reached through a proxy, because this machine alone has no such name.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer, request as send } from "node:http";
import { createServer as createTLSServer } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

/** Makes a certificate for a name, and files of it and its key; it is its own authority. */
export function certify(name, folder) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const files = ["-keyout", key, "-out", certificate];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...files, ...subject], { stdio: "ignore" });
  return { key, certificate };
}

/** Starts the host and the proxy that leads to it; all other hosts are reached as they are. */
export async function startForeignHost(name, folder) {
  const { key, certificate } = certify(name, folder);
  const received = [];
  const host = createTLSServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    ({ method, url, headers }, response) => {
      received.push({ method, url, headers });
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ method, url, headers }));
    },
  );
  const port = await listen(host);
  const proxy = createPlainServer((request, response) => {
    const { method, headers, url } = request;
    const onward = send(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  const sockets = new Set();
  proxy.on("connection", (socket) => sockets.add(socket));
  proxy.on("connect", (request, socket, head) => {
    const [wanted, itsPort] = request.url.split(":");
    const [address, onPort] = wanted === name ? ["127.0.0.1", port] : [wanted, Number(itsPort)];
    const onward = connect(onPort, address, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  const proxyPort = await listen(proxy);
  return {
    origin: `https://${name}`,
    certificate,
    proxy: `http://127.0.0.1:${proxyPort}`,
    received,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      host.closeAllConnections();
      proxy.closeAllConnections();
      await Promise.all([host, proxy].map((server) => new Promise((done) => server.close(done))));
    },
  };
}
