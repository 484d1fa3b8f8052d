// An OpenID provider set up as ORCID is: RS256, client_secret_post, scope `openid`, names in the id_token, keys
// without `alg`, a sign-in page of its own. Beside it /control, by which tests turn its keys over or spoil what
// it answers.
//
//   node provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI…      prints its issuer when it listens
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { makeKey, mint } from './tokens.mjs';
import { answerInteraction } from './pages.mjs';

const [port, clientId, clientSecret, ...redirectUris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const state = { keys: [makeKey('key-1')], spoil: null, faults: {}, requests: {} };

const account = (ctx, id) => ({
  accountId: id,
  claims: () => (id === '0000-0002-1825-0097' ? { sub: id, given_name: 'Josiah', family_name: 'Carberry' } : { sub: id, given_name: 'Jane', family_name: `Doe ${id.slice(-4)}` }),
});

// Whoever signs in has agreed.
async function loadExistingGrant(ctx) {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  await grant.save();
  return grant;
}

function configuration() {
  return {
    clients: [{
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: redirectUris,
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'RS256',
    }],
    jwks: { keys: state.keys.map((key) => key.secret) },
    scopes: ['openid'],
    claims: { openid: ['sub', 'given_name', 'family_name'] },
    conformIdTokenClaims: false,
    clientAuthMethods: ['client_secret_post'],
    pkce: { required: () => true },
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', jwks: '/oauth/jwks', userinfo: '/oauth/userinfo' },
    ttl: { AccessToken: 631138518, AuthorizationCode: 600, IdToken: 86400, Interaction: 3600, Session: 3600, Grant: 3600 },
    cookies: { keys: ['of this test alone'] },
    features: { devInteractions: { enabled: false } },
    findAccount: account,
    loadExistingGrant,
  };
}

let provider = new Provider(issuer, configuration());

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

// {rotate: "key-2"}: that key alone from now on. {spoil: {…}}: the next id_token is made by that, see tokens.mjs.
// {faults: {path: {status, body, delay_ms}}}: what those paths answer from now on. {mint: {…}}: an id_token.
async function control(request, response) {
  const order = JSON.parse((await bodyOf(request)) || '{}');
  if (order.rotate) {
    state.keys = [makeKey(order.rotate)];
    provider = new Provider(issuer, configuration());
  }
  if ('spoil' in order) state.spoil = order.spoil;
  if ('faults' in order) state.faults = order.faults;
  const answer = { requests: state.requests };
  if (order.mint) answer.token = mint({ iss: issuer, aud: clientId, sub: '0000-0002-1825-0097' }, order.mint, state.keys[0]);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer));
}

// The real answer, with an id_token that the test has ordered in the place of the real one.
function spoiled(response) {
  const end = response.end.bind(response);
  response.end = (chunk, ...rest) => {
    const answer = JSON.parse(chunk);
    if (answer.id_token && state.spoil) {
      const claims = JSON.parse(Buffer.from(answer.id_token.split('.')[1], 'base64url'));
      answer.id_token = mint(claims, state.spoil, state.keys[0]);
      Object.assign(answer, state.spoil.answer);
      state.spoil = null;
      const body = JSON.stringify(answer);
      response.setHeader('Content-Length', Buffer.byteLength(body));
      return end(body, ...rest);
    }
    return end(chunk, ...rest);
  };
}

async function serve(request, response) {
  const path = new URL(request.url, issuer).pathname;
  state.requests[path] = (state.requests[path] ?? 0) + 1;
  const fault = state.faults[path];
  if (path === '/control') return control(request, response);
  if (fault) {
    await new Promise((resolve) => setTimeout(resolve, fault.delay_ms ?? 0));
    response.writeHead(fault.status ?? 200, { 'Content-Type': 'application/json', ...fault.headers });
    return response.end(fault.body ?? '');
  }
  if (path.startsWith('/interaction/')) return answerInteraction(provider, request, response, bodyOf);
  if (path === '/oauth/token' && state.spoil) spoiled(response);
  return provider.callback()(request, response);
}

createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(Number(port), '127.0.0.1', () => console.log(issuer));
