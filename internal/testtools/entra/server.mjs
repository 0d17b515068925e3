// The OpenID-certified oidc-provider in the URL layout of Microsoft Entra ID, so
// that Microsoft's own sign-in library talks to it as it is.
//   node server.mjs MODULE KEY CERT     (prints "READY https://localhost:PORT")
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const [module, key, cert] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(path.join(module, 'lib', 'index.js')));

const tenant = '11111111-1111-1111-1111-111111111111';
const resource = 'https://vault.azure.net';
const scope = `${resource}/.default`;
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const clients = [
  {
    client_id: 'people',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    redirect_uris: ['http://localhost'],
    grant_types: ['authorization_code', 'refresh_token', deviceGrant],
    response_types: ['code'],
  },
  {
    client_id: 'application',
    client_secret: 'application-secret',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
  },
];

// Claims of Entra's access tokens that oidc-provider does not write itself.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
function extraClaims(context, token) {
  return { tid: tenant, appid: token.clientId, oid: token.accountId, upn: token.accountId && `${token.accountId}@example.test` };
}

function configuration() {
  return {
    clients,
    scopes: ['openid', 'offline_access', 'profile', scope],
    claims: { openid: ['sub', 'preferred_username', 'tid', 'oid'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    extraTokenClaims: extraClaims,
    routes: {
      authorization: '/oauth2/v2.0/authorize',
      token: '/oauth2/v2.0/token',
      device_authorization: '/oauth2/v2.0/devicecode',
      code_verification: '/device',
      revocation: '/revoke',
    },
    features: {
      deviceFlow: { enabled: true },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => resource,
        useGrantedResource: async () => true,
        getResourceServerInfo: async () => ({
          scope,
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    findAccount: async (context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, preferred_username: `${sub}@example.test`, tid: tenant, oid: sub }),
    }),
  };
}

// withBody is a request whose body was read and changed.
function withBody(request, body) {
  const bytes = Buffer.from(body);
  return Object.assign(Readable.from([bytes]), {
    method: request.method,
    url: request.url,
    originalUrl: request.originalUrl,
    headers: { ...request.headers, 'content-length': String(bytes.length) },
    socket: request.socket,
    connection: request.socket,
    httpVersion: request.httpVersion,
  });
}

const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
server.listen(0, '127.0.0.1', () => {
  const origin = `https://localhost:${server.address().port}`;
  const prefix = `/${tenant}/v2.0`;
  const provider = new Provider(origin + prefix, configuration());
  const answer = provider.callback();
  server.on('request', (request, response) => {
    // Entra's endpoint for accounts of any organization, which here is one.
    let url = request.url.replace(/^\/organizations\//, `/${tenant}/`);
    // Entra's endpoints stand beside the issuer, oidc-provider's below it.
    if (url.startsWith(`/${tenant}/oauth2/`)) url = prefix + url.slice(tenant.length + 1);
    if (!url.startsWith(prefix)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    // Entra's prompt, which oidc-provider does not know. It gives refresh tokens
    // to those who consent (OpenID Connect Core 1.0, section 11).
    url = url.replace('prompt=select_account', 'prompt=login%20consent');
    request.originalUrl = url;
    request.url = url.slice(prefix.length) || '/';
    if (request.method !== 'POST' || !request.url.endsWith('/token')) {
      answer(request, response);
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      // Microsoft's library sends Entra's older name of the grant.
      const body = Buffer.concat(chunks).toString().replace('grant_type=device_code', `grant_type=${encodeURIComponent(deviceGrant)}`);
      answer(withBody(request, body), response);
    });
  });
  console.log(`READY ${origin}`);
});
process.stdin.resume().on('end', () => process.exit(0));
