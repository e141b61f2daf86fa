/**
 * Own protocols, served over loopback HTTP since Chromium knows no schemes of ours: app://console/x is
 * http://console.app.localhost:<port>/x underneath, and is called by its own name everywhere else.
 */
const { createServer } = require('node:http');

function createSchemes() {
  const declared = new Map();
  const handlers = new Map();
  let port = null;

  const server = createServer(async (request, response) => {
    try {
      const url = outward(`http://${request.headers.host}${request.url}`);
      const handle = handlers.get(new URL(url).protocol.slice(0, -1));
      if (!handle) throw new Error(`no handler for ${url}`);
      const answer = await handle({ url, method: request.method, headers: new Headers() });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      process.stderr.write(`stand-in: ${error.stack}\n`);
      response.writeHead(500).end();
    }
  });

  /** The address Chromium gets for one of ours; others stay. */
  const inward = (url) => {
    const match = /^([a-z]+):\/\/([^/]+)(.*)$/.exec(url);
    return match && handlers.has(match[1])
      ? `http://${match[2]}.${match[1]}.localhost:${port}${match[3]}`
      : url;
  };
  /** The address our code sees for one of Chromium's; others stay. */
  const outward = (url) => {
    const match = new RegExp(`^http://([^./]+)\\.([a-z]+)\\.localhost:${port}(.*)$`).exec(url);
    return match ? `${match[2]}://${match[1]}${match[3]}` : url;
  };

  return {
    inward,
    outward,
    declare(schemes) {
      for (const { scheme, privileges } of schemes) declared.set(scheme, privileges);
    },
    handle(scheme, handler) {
      if (handlers.has(scheme))
        throw new Error(`Failed to register protocol: ${scheme}: a handler is registered already`);
      if (!declared.get(scheme)?.standard || !declared.get(scheme)?.secure) {
        throw new Error(`${scheme} was not declared standard and secure before the app was ready`);
      }
      handlers.set(scheme, handler);
    },
    listen: () =>
      new Promise((resolve) =>
        server.listen(0, '127.0.0.1', () => {
          ({ port } = server.address());
          resolve();
        }),
      ),
  };
}

module.exports = { createSchemes };
