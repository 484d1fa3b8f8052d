// The API's page: Swagger UI, who is signed in, and their CSRF token with whatever changes something.
"use strict";

let csrf = "";

function show(who) {
  document.getElementById("who").textContent = who ? `${who.name || who.actor} (${who.role})` : "";
  document.getElementById("sign-in").hidden = Boolean(who);
  document.getElementById("sign-out").hidden = !who;
}

async function lookWho() {
  const answer = await fetch("/api/me", {headers: {Accept: "application/json"}});
  const who = answer.ok ? await answer.json() : null;
  csrf = (who && who.csrf) || "";
  show(who);
}

async function signOut() {
  await fetch("/auth/logout", {method: "POST", headers: {"X-CSRF-Token": csrf}});
  await lookWho();
}

function withCsrf(request) {
  if (csrf && !["GET", "HEAD"].includes((request.method || "GET").toUpperCase()))
    request.headers["X-CSRF-Token"] = csrf;
  return request;
}

document.getElementById("sign-out").addEventListener("click", signOut);
lookWho();
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: withCsrf,
});
