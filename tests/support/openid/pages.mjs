// The provider's sign-in page: an iD and a button, or the refusal of whoever changes their mind.
const page = (uid) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<h1>Sign in to the provider</h1><form method="post" action="/interaction/${uid}">
<label>iD <input name="orcid" autofocus required></label> <button name="do" value="sign-in">Sign in</button>
</form><form method="post" action="/interaction/${uid}"><button name="do" value="deny">Deny</button></form></body></html>`;

export async function answerInteraction(provider, request, response, bodyOf) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    return response.end(page(uid));
  }
  const form = new URLSearchParams(await bodyOf(request));
  const result = form.get('do') === 'deny' ? { error: 'access_denied', error_description: 'the person said no' } : { login: { accountId: form.get('orcid') } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
